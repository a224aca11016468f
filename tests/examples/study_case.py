"""What the tests of cnnpool-study share: photos and a network that they make, and the command line."""
import csv
import os
import shutil
import struct
import subprocess
import tempfile
import unittest
import zlib

import numpy as np

PROGRAM = ""  # set by who imports this
NETWORK = """[net]
width=32
height=32
channels=3

[convolutional]
filters=8
size=3
stride=2
pad=1
activation=relu

[convolutional]
filters=12
size=3
stride=2
pad=1
activation=leaky

[connected]
output=16
activation=relu
"""
LAYERS = "relu_1,conv_1,conv_1+relu,fullyConnected_2,fullyConnected_2+relu,relu_3"


def make_network(folder):
    """A Darknet network of random weights: two convolutions and a fully connected layer, for photos of 32 x 32."""
    random = np.random.default_rng(1)
    with open(os.path.join(folder, "net.cfg"), "w", encoding="ascii") as file:
        file.write(NETWORK)
    with open(os.path.join(folder, "net.weights"), "wb") as file:
        file.write(struct.pack("<iiiq", 0, 2, 5, 0))
        for shape in ((8, 3, 3, 3), (12, 8, 3, 3), (16, 12 * 8 * 8)):
            random.normal(0, 0.1, shape[0]).astype("<f4").tofile(file)
            random.normal(0, 0.2, shape).astype("<f4").tofile(file)


def fingerprint(data):
    """FNV-1a: the name of a cached file, made of the photo and its box."""
    value = 14695981039346656037
    for byte in data:
        value = (value ^ byte) * 1099511628211 % 2**64
    return f"{value:016x}"


def ppm(pixels):
    return b"P6 %d %d 255\n" % (pixels.shape[1], pixels.shape[0]) + pixels.astype(np.uint8).tobytes()


def png_with_alpha(pixels):
    rows = b"".join(b"\0" + np.column_stack([row, np.full(len(row), 128)]).astype(np.uint8).tobytes() for row in pixels)

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def picture(group, number):
    """Stripes across or along, with noise of its own."""
    random = np.random.default_rng(100 * group + number)
    i, j = np.mgrid[:32, :32]
    stripes = np.where(((i if group else j) // 3) % 2 == 0, 210, 40)
    return np.clip(stripes[..., None] * [1, 0.8, 0.6] + random.normal(0, 25, (32, 32, 3)), 0, 255)


class StudyCase(unittest.TestCase):
    """Eight photos of two groups and a network, in a folder of their own."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        os.mkdir(self.path("photos"))
        make_network(self.folder)
        self.lines = []
        for group in (0, 1):
            for number in range(4):
                self.photo(f"{group}{number}.ppm", ppm(picture(group, number)), f"group{group}")

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def photo(self, name, data, group):
        with open(self.path("photos", name), "wb") as file:
            file.write(data)
        self.lines.append(f"{name} {group}")

    def command(self, *options, layers=LAYERS, out="out", truth=None, side=32, dimensions=4):
        with open(self.path("groups.txt"), "w", encoding="ascii") as file:
            file.write("\n".join(self.lines) + "\n")
        return [PROGRAM, "--photos", self.path("photos"), "--truth", truth or "groups:" + self.path("groups.txt"),
                "--model", self.path("net.cfg"), "--weights", self.path("net.weights"), "--rgb", "--input-scale",
                "0.00392", "--layers", layers, "--side", str(side), "--dimensions", str(dimensions), "--out",
                self.path(out),
                *options]

    def run_it(self, *options, **choices):
        return subprocess.run(self.command(*options, **choices), capture_output=True, text=True, check=False)

    def rows(self, out="out"):
        with open(self.path(out, "study.csv"), encoding="ascii", newline="") as file:
            return {(r["layer"], r["policy"], r["projection"]): r for r in csv.DictReader(file)}

    def put(self, data, *names):
        os.makedirs(os.path.dirname(self.path(*names)), exist_ok=True)
        with open(self.path(*names), "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return self.path(*names)

    def study(self, *options, code=0, **choices):
        ran = self.run_it("--policies", "gem", *options, layers="relu_1", **choices)
        self.assertEqual(ran.returncode, code, ran.stderr)
        return ran
