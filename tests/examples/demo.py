#!/usr/bin/env python3
"""The demo's table against NumPy, and its pictures.

    demo.py PROGRAM DATA_FOLDER
"""
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

import numpy as np

SCALE = 1.5
POOLING = {  # name in the table: the descriptors, in double
    "sum | l2": lambda x: x.sum((2, 3)),
    "average | l2": lambda x: x.mean((2, 3)),
    "max | l2": lambda x: x.max((2, 3)),
    "gem | l2": lambda x: np.cbrt((np.maximum(x, 1e-6) ** 3).mean((2, 3))),
    "gem{.p = 2.7} | l2": lambda x: (np.maximum(x, 1e-6) ** 2.7).mean((2, 3)) ** (1 / 2.7),
    "nonzero | l2": lambda x: (x != 0).mean((2, 3)),
    "max | power | l2": lambda x: np.sqrt(x.max((2, 3))),
    "gem | truncation{128} | l2": lambda x: np.cbrt((np.maximum(x, 1e-6) ** 3).mean((2, 3)))[:, :128],
}
LEARNED = ("rmac, whitened regions, 128", "vlad{64}, power, intra", "mop-vlad on the map, 4 x 4")


def unit(d):
    return d / np.linalg.norm(d, axis=1, keepdims=True)


def whitening(rows, dimensions):
    """Mean and matrix of a PCA whitening."""
    mean = rows.mean(0)
    values, vectors = np.linalg.eigh((rows - mean).T @ (rows - mean) / len(rows))
    strongest = np.argsort(-values)[:dimensions]
    return mean, vectors[:, strongest] / np.sqrt(values[strongest])


def truths(path):
    with open(path, encoding="ascii") as lines:
        return [[int(r) for r in line.split(":")[1].split()] for line in lines if not line.startswith("#")]


def measures(queries, references, right):
    """hit@1 and Oxford's mAP in percent, by the loop of the published program."""
    order = np.argsort(-(unit(queries) @ unit(references).T), axis=1, kind="stable")
    hits, areas = 0, 0.0
    for ranked, positives in zip(order, right):
        hits += ranked[0] in positives
        found, recall, precision = 0, 0.0, 1.0
        for rank, item in enumerate(ranked):
            found += item in positives
            new_recall, new_precision = found / len(positives), found / (rank + 1)
            areas += (new_recall - recall) * (precision + new_precision) / 2
            recall, precision = new_recall, new_precision
    return 100 * hits / len(right), 100 * areas / len(right)


def picture(path):
    """Height x width x 3 of an 8-bit RGB PNG; every filter type."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", f"{path} is no PNG"
    at, packed, header = 8, b"", None
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        header = struct.unpack(">IIBBBBB", body) if kind == b"IHDR" else header
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    width, height, depth, kind = header[:4]
    assert (depth, kind) == (8, 2), f"{path} is not 8-bit RGB"
    lines = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + 3 * width)
    out = np.zeros((height + 1, 3 * width + 3), np.int64)  # a row above and a pixel to the left, both 0
    for y, line in enumerate(lines):
        for x in range(3 * width):
            a, b, c = out[y + 1, x], out[y, x + 3], out[y, x]
            p = a + b - c
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            out[y + 1, x + 3] = (int(line[x + 1]) + (0, a, b, (a + b) // 2, paeth)[line[0]]) % 256
    return out[1:, 3:].reshape(height, width, 3)


def main():
    program, data = sys.argv[1:3]
    wrong = []

    def check(condition, sentence):
        if not condition:
            wrong.append(sentence)

    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "pictures")
        ran = subprocess.run([program, data, output], capture_output=True, text=True, check=False)
        check(ran.returncode == 0, f"the demo ended with {ran.returncode}: {ran.stderr}")
        queries, references = (SCALE * np.load(os.path.join(data, f"{name}.npy")).astype(np.float64)
                               for name in ("queries", "references"))
        right = truths(os.path.join(data, "ground_truth.txt"))
        rows = {line[:32].strip(): line[32:].split() for line in ran.stdout.splitlines()}
        expected = {name: (pooled(queries), pooled(references)) for name, pooled in POOLING.items()}
        if "gem | l2 | whiten{32} | l2" in rows:
            q, r = (unit(d) for d in expected["gem | l2"])
            mean, matrix = whitening(r, 32)
            expected["gem | l2 | whiten{32} | l2"] = (q - mean) @ matrix, (r - mean) @ matrix
            for name in LEARNED:
                check(name in rows and float(rows[name][1]) > 50,
                      f"{name}: {rows.get(name)}, expected hit@1 above 50")
        else:
            check("skipped: whitening" in ran.stdout, "no learned rows, and no word about it")
        for name, (q, r) in expected.items():
            hits, precision = measures(q, r, right)
            size, got_hits, got_precision, microseconds, rho = map(float, rows[name])
            check(size == q.shape[1], f"{name}: size {size}, expected {q.shape[1]}")
            # A pair of references that float and double order differently moves the mAP by a hundredth or so.
            check(abs(got_hits - hits) < 0.06, f"{name}: hit@1 {got_hits}, NumPy gives {hits:.2f}")
            check(abs(got_precision - precision) < 0.05, f"{name}: mAP {got_precision}, NumPy gives {precision:.3f}")
            check(microseconds > 0 and rho > 0, f"{name}: {microseconds} us, rho {rho}")
        for name, size in (("saliency.png", (320, 900)), ("regions.png", (256, 1088))):
            check(f"{output}/{name}" in ran.stdout, f"{name} is not announced")
            pixels = picture(os.path.join(output, name))
            check(pixels.shape[:2] == size, f"{name} is {pixels.shape[:2]}, expected {size}")
            colours = len(np.unique(pixels.reshape(-1, 3), axis=0))
            check(colours > 30, f"{name} has {colours} colours")
        again = subprocess.run([program, data, output], capture_output=True, text=True, check=False)
        check(again.returncode == 0, f"over its own pictures the demo ended with {again.returncode}: {again.stderr}")
        with open(os.path.join(output, "regions.png"), "wb") as file:
            file.write(b"\x89PNG of mine")
        refused = subprocess.run([program, data, output], capture_output=True, text=True, check=False)
        check(refused.returncode == 1 and "regions.png is there, and the demo did not draw it" in refused.stderr,
              f"over the picture of another: {refused.stderr}")
        with open(os.path.join(output, "regions.png"), "rb") as file:
            check(file.read() == b"\x89PNG of mine", "the picture of another is gone")
        usage = subprocess.run([program], capture_output=True, text=True, check=False)
        check(usage.returncode == 2 and "usage" in usage.stderr, "no arguments: expected the usage")
        for name, files, sentence in (
                ("no_queries", {"queries": np.zeros((0, 512, 8, 11), np.uint8)}, "has 0 queries and"),
                ("channels", {"references": np.zeros((3, 256, 8, 11), np.uint8)}, "512 channels, the references 256"),
                ("small", {"queries": np.zeros((56, 512, 1, 1), np.uint8)}, "56 x 512 x 1 x 1 and"),
                ("thin", {name: np.zeros((56, 127, 8, 11), np.uint8) for name in ("queries", "references")},
                 "expected at least 128 x 4 x 4"),
                ("three", {"queries": np.zeros((3, 512, 8, 11), np.uint8)}, "is about 56 queries, queries.npy has 3"),
                ("none", {"ground_truth.txt": "".join(f"{q}:{' 0' if q != 5 else ''}\n" for q in range(56))},
                 "ground_truth.txt names no reference for query 5, expected at least one"),
                ("range", {"ground_truth.txt": "0: 0\n1: 56\n"}, "ground_truth.txt:2: reference 56, expected 0 to 55"),
                ("negative", {"ground_truth.txt": "0: -1\n"}, "ground_truth.txt:1: reference -1, expected 0 to 55"),
                ("large", {"ground_truth.txt": "0: 99999999999999999999\n"}, "expected 0 to 55"),
                ("wide", {name: np.zeros((1, 128, 4, 100001), np.uint8) for name in ("queries", "references")},
                 "expected at most 100000 positions a side"),
                ("floats", {"references": np.zeros((3, 512, 8, 11), np.float32)}, "references.npy is float32 with 4")):
            case = os.path.join(folder, name)
            shutil.copytree(data, case)
            for file, values in files.items():
                if isinstance(values, str):
                    with open(os.path.join(case, file), "w", encoding="ascii") as text:
                        text.write(values)
                else:
                    np.save(os.path.join(case, f"{file}.npy"), values)
            new = os.path.join(folder, "new")
            bad = subprocess.run([program, case, new], capture_output=True, text=True, check=False)
            check(bad.returncode == 1 and sentence in bad.stderr and bad.stdout == "" and not os.path.exists(new),
                  f"{name}: {bad.returncode}, {bad.stdout}{bad.stderr}")
        file = os.path.join(output, "regions.png")
        for where in (file, os.path.join(file, "below")):
            bad = subprocess.run([program, data, where], capture_output=True, text=True, check=False)
            check(bad.returncode == 1 and "cannot be made" in bad.stderr and bad.stdout == "",
                  f"{where}: {bad.returncode}, {bad.stdout}{bad.stderr}")
        # A picture that has no place is said before the first row.
        places = os.path.join(folder, "places")
        for name, make in (("saliency.png", os.mkdir), ("regions.png", os.mkfifo),
                           ("regions.png", lambda path: os.symlink("none/x.png", path))):
            os.mkdir(places)
            make(os.path.join(places, name))
            bad = subprocess.run([program, data, places], capture_output=True, text=True, check=False, timeout=60)
            check(bad.returncode == 1 and name in bad.stderr and bad.stdout.count("\n") == 0
                  and os.listdir(places) == [name], f"{name}: {bad.returncode}, {bad.stdout}{bad.stderr}")
            shutil.rmtree(places)
        small = os.path.join(folder, "a_few")
        shutil.copytree(data, small)
        stored = {name: np.load(os.path.join(data, f"{name}.npy"))[:3, :128, :4, :5]
                  for name in ("queries", "references")}
        table = []
        for order in "CF":
            for name, values in stored.items():
                np.save(os.path.join(small, f"{name}.npy"), np.array(values, order=order))
            with open(os.path.join(small, "ground_truth.txt"), "w", encoding="ascii") as file:
                file.write("0: 0\n1: 1\n2: 2\n")
            ran = subprocess.run([program, small, os.path.join(folder, "few")], capture_output=True, text=True,
                                 check=False)
            check(ran.returncode == 0, f"few references: {ran.stderr}")
            if "skipped: whitening" not in ran.stdout:
                check("gem | l2 | whiten{32} | l2       skipped: fit_pca_whitening: 32 dimensions from" in ran.stdout,
                      f"few references: {ran.stdout}")
            table.append([line[:55] for line in ran.stdout.splitlines()])
        check(table[0] == table[1], f"Fortran's order: {table}")
        if os.path.exists("/dev/full"):
            with open("/dev/full", "w", encoding="ascii") as full:
                lost = subprocess.run([program, small, os.path.join(folder, "lost")], stdout=full,
                                      stderr=subprocess.PIPE, text=True, check=False)
            check(lost.returncode == 1 and "standard output cannot be written: No space left" in lost.stderr,
                  f"> /dev/full: {lost.returncode}, {lost.stderr}")
        # 60000 positions a row: the picture's bytes are more than an int counts.
        for name in stored:
            wide = np.zeros((1, 128, 4, 60000), np.uint8)
            wide[:, :, 1, ::777] = 7
            np.save(os.path.join(small, f"{name}.npy"), wide)
        with open(os.path.join(small, "ground_truth.txt"), "w", encoding="ascii") as file:
            file.write("0: 0\n")
        if os.environ.get("CNNPOOL_TEST_ALL"):
            ran = subprocess.run([program, small, os.path.join(folder, "wide_out")], capture_output=True, text=True,
                                 check=False)
            check(ran.returncode == 0, f"wide maps: {ran.returncode}, {ran.stderr}")
        nowhere = subprocess.run([program, folder, folder], capture_output=True, text=True, check=False)
        check(nowhere.returncode == 1 and "cannot be opened" in nowhere.stderr, "no data: expected a sentence")
    print("\n".join(wrong) or f"{len(expected)} rows as NumPy gives them, 2 pictures")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
