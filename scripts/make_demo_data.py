#!/usr/bin/env python3
"""Makes examples/data: real activations of a real network, as small files without the photos they came from.

    make_demo_data.py MODEL_FOLDER CORRIDOR_FOLDER [--out examples/data] [--side 192]

MODEL_FOLDER holds squeezenet_v1.1.prototxt and squeezenet_v1.1.caffemodel; CORRIDOR_FOLDER holds query/, ref/ and
gnd.txt (the Corridor set of VPR-Bench). Every second query and every second reference goes through the network, so the
result is the same on every run. Written: queries.npy and references.npy (uint8, N x C x H x W, real value = scale *
stored value), ground_truth.txt, and the shapes and the cost of the 8 bits in mAP on the standard output. Needs
python3-opencv and python3-numpy.
"""
import argparse
import os

import cv2
import numpy as np

LAYER = "fire9/concat"  # its inputs are rectified, so its output is too: nothing is negative
MEAN_BGR = (104, 117, 123)
SCALE = 1.5  # 255 steps reach 382.5, more than the largest activation; exact in binary


def activations(net, folder, numbers, side):
    maps = []
    for number in numbers:
        path = os.path.join(folder, f"{number:07d}.jpg")
        photo = cv2.imread(path)
        if photo is None:
            raise SystemExit(f"make_demo_data.py: {path} is not a photo that OpenCV reads")
        height, width = photo.shape[:2]
        factor = side / max(height, width)
        photo = cv2.resize(photo, (round(width * factor), round(height * factor)), interpolation=cv2.INTER_LINEAR)
        net.setInput(cv2.dnn.blobFromImage(photo, 1, mean=MEAN_BGR))
        maps.append(net.forward(LAYER)[0])
    return np.stack(maps)


def ground_truth(path):
    truth = {}
    with open(path, encoding="ascii") as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                query, right = line.split(":")
                truth[int(query)] = [int(r) for r in right.split()]
    return truth


POOLING = {
    "sum": lambda x: x.sum(axis=(2, 3)),
    "max": lambda x: x.max(axis=(2, 3)),
    "gem": lambda x: np.cbrt((np.maximum(x, 1e-6) ** 3).mean(axis=(2, 3))),
}


def mean_average_precision(queries, references, truth, pooled):
    """Oxford's (trapezoid), the descriptors compared by cosine."""
    def unit(maps):
        d = pooled(maps.astype(np.float64) if maps.dtype != np.uint8 else SCALE * maps.astype(np.float64))
        return d / np.linalg.norm(d, axis=1, keepdims=True)
    order = np.argsort(-(unit(queries) @ unit(references).T), axis=1, kind="stable")
    total = 0.0
    for ranked, right in zip(order, truth):
        ranks = np.flatnonzero(np.isin(ranked, right))
        j = np.arange(len(ranks))
        before = np.where(ranks == 0, 1.0, j / np.maximum(ranks, 1))
        total += np.mean((before + (j + 1) / (ranks + 1)) / 2)
    return 100 * total / len(truth)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models")
    parser.add_argument("corridor")
    parser.add_argument("--out", default=os.path.join(os.path.dirname(__file__), "..", "examples", "data"))
    parser.add_argument("--side", type=int, default=192, help="the longest side of a photo (192: both files in 6 MB)")
    arguments = parser.parse_args()

    cv2.setNumThreads(1)
    prefix = os.path.join(arguments.models, "squeezenet_v1.1")
    net = cv2.dnn.readNetFromCaffe(prefix + ".prototxt", prefix + ".caffemodel")
    whole_truth = ground_truth(os.path.join(arguments.corridor, "gnd.txt"))
    kept = sorted(whole_truth)[::2]
    truth = [[kept.index(r) for r in whole_truth[q] if r in kept] for q in kept]

    os.makedirs(arguments.out, exist_ok=True)
    exact, stored = {}, {}
    for name, folder in (("queries", "query"), ("references", "ref")):
        maps = activations(net, os.path.join(arguments.corridor, folder), kept, arguments.side)
        if maps.min() < 0 or maps.max() > 255 * SCALE:
            raise SystemExit(f"make_demo_data.py: {LAYER} gave {maps.min()} to {maps.max()}, "
                             f"expected 0 to {255 * SCALE}")
        eight_bit = np.rint(maps / SCALE).astype(np.uint8)
        np.save(os.path.join(arguments.out, name + ".npy"), eight_bit)
        exact[name], stored[name] = maps, eight_bit
        print(f"{name}.npy: {' x '.join(map(str, eight_bit.shape))} uint8, scale {SCALE}, {eight_bit.nbytes} bytes; "
              f"largest activation {maps.max():.1f}, "
              f"zero {np.mean(eight_bit == 0):.3f} (before rounding {np.mean(maps == 0):.3f})")
    with open(os.path.join(arguments.out, "ground_truth.txt"), "w", encoding="ascii") as file:
        file.write(f"# scale {SCALE}\n# query: the references that show the same place (indices into the files)\n")
        file.writelines(f"{q}: {' '.join(map(str, right))}\n" for q, right in enumerate(truth))
    for name, pooled in POOLING.items():
        before, after = (mean_average_precision(x["queries"], x["references"], truth, pooled) for x in (exact, stored))
        print(f"mAP of {name} pooling: {before:.2f} in float32, {after:.2f} in 8 bits")


if __name__ == "__main__":
    main()
