"""What the tests of cnnpool-finetune share: photos of three colours and a network that they make, and the command."""
import csv
import os
import shutil
import tempfile
import unittest

import numpy as np

import forked
import study_case

PROGRAM = STUDY = ""  # set by who imports this


def picture(colour, number, size=36):
    """Stripes of a direction, a width and a contrast of their own, which say nothing, and a weak cast, which does."""
    random = np.random.default_rng(1000 * colour + number)
    i, j = np.mgrid[:size, :size]
    turn = random.uniform(0, np.pi)
    stripes = np.sin((i * np.cos(turn) + j * np.sin(turn)) * random.uniform(0.5, 1.5))
    pixels = random.uniform(80, 160) + random.uniform(20, 60) * stripes[..., None]
    pixels = pixels + random.normal(0, 12, (size, size, 3))
    pixels[..., colour] += 20
    return np.clip(pixels, 0, 255)


class FinetuneCase(unittest.TestCase):
    """8 photos of each of 3 colours to learn from, as many to validate, in folders whose names hold spaces."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        study_case.make_network(self.folder)
        os.mkdir(self.path("some photos"))
        for name, first in (("train", 0), ("val", 8)):
            lines = []
            for colour in range(3):
                for number in range(8):
                    photo = f"some photos/{name} {colour}{number}.ppm"
                    self.write(photo, study_case.ppm(picture(colour, first + number)))
                    lines.append(f"{photo} {colour}\n")
            self.write(name + ".txt", "".join(lines).encode())
        self.write("classes.txt", b"0 red\n1 green\n2 blue\n")

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)

    def run_it(self, program=None, limits=None, **options):
        """Options are --name value; True: a flag; None: left out."""
        chosen = {"model": self.path("net.cfg"), "weights": self.path("net.weights"), "rgb": True,
                  "input_scale": "0.00392", "train": self.path("train.txt"), "val": self.path("val.txt"),
                  "layer": "leaky_2", "size": 36, "crop": 32, "side": 32, "batch": 12, "max_iter": 20,
                  "test_interval": 5, "threads": 1, "mirror": True, "out": self.path("tuned.npz"), **options}
        command = [program or PROGRAM]
        for name, value in chosen.items():
            if value is not None:
                command += ["--" + name.replace("_", "-")] + ([] if value is True else [str(value)])
        return forked.run(command, preexec_fn=limits)

    def trained(self, **options):
        ran = self.run_it(**options)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return ran

    def rows(self, name="tuned.csv"):
        with open(self.path(name), encoding="ascii", newline="") as file:
            return list(csv.DictReader(file))

    def arrays(self, name):
        with np.load(self.path(name)) as file:
            return {key: file[key] for key in file.files}

    def study(self, *options, out="study", layer="leaky_2"):
        """cnnpool-study on the validation photos."""
        with open(self.path("val.txt"), encoding="ascii") as file:
            lines = [line.rsplit(" ", 1) for line in file.read().splitlines()]
        os.makedirs(self.path("validation"), exist_ok=True)
        with open(self.path("groups.txt"), "w", encoding="ascii") as file:
            for path, label in lines:
                name = os.path.basename(path).replace(" ", "_")
                shutil.copy(self.path(path), self.path("validation", name))
                file.write(f"{name} {label.strip()}\n")
        return forked.run([STUDY, "--photos", self.path("validation"), "--truth", "groups:" + self.path("groups.txt"),
                           "--model", self.path("net.cfg"), "--weights", self.path("net.weights"), "--rgb",
                           "--input-scale", "0.00392", "--layers", layer, "--policies", "gem", "--side", "32",
                           "--dimensions", "4", "--out", self.path(out), "--cache", self.path("study-cache"), *options])

    def study_map(self, out="study"):
        with open(self.path(out, "study.csv"), encoding="ascii", newline="") as file:
            return next(float(r["map_percent"]) for r in csv.DictReader(file) if r["projection"] == "none")
