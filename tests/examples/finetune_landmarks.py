#!/usr/bin/env python3
"""cnnpool-finetune on paris5, split by a seed: both losses find more of the other photos, and what that costs on a
foreign set is bounded.

    finetune_landmarks.py PROGRAM SHARED_DATA [SEED...]
"""
import csv
import os
import random
import subprocess
import sys
import tempfile

PROGRAM, DATA = sys.argv[1:3]
SEEDS = sys.argv[3:] or ["1024"]
PHOTOS, FOREIGN = (os.path.join(DATA, "images", name) for name in ("paris5", "corridor"))
NETWORK = os.path.join(DATA, "models", "squeezenet_v1.1_caffe", "squeezenet_v1.1")
PREPROCESSING = ["--model", NETWORK + ".prototxt", "--weights", NETWORK + ".caffemodel", "--mean", "104,117,123",
                 "--multiple", "32", "--side", "512"]
# (loss, least gain, most loss on the foreign set), points of mAP
EXPECTED = (("classification", 2, 3), ("triplet", 6, 8))


def split(folder, seed):
    """60 of 100 photos of every group learn; of a group of fewer than 5, none."""
    groups = {}
    with open(os.path.join(PHOTOS, "groups.txt"), encoding="utf-8") as file:
        for line in file:
            if line.strip():
                photo, group = line.split()
                groups.setdefault(group, []).append(photo)
    with open(os.path.join(folder, "train.txt"), "w", encoding="utf-8") as train, \
            open(os.path.join(folder, "val.txt"), "w", encoding="utf-8") as val:
        for label, (group, photos) in enumerate(sorted(groups.items())):
            photos.sort()
            random.Random(seed + group).shuffle(photos)
            learning = len(photos) * 6 // 10 if len(photos) >= 5 else 0
            for i, photo in enumerate(photos):
                (train if i < learning else val).write(f"{os.path.join(PHOTOS, 'jpg', photo)} {label}\n")


def main():
    for path in (PHOTOS, FOREIGN, NETWORK + ".prototxt"):
        if not os.path.exists(path):
            print(f"skipped: example_finetune_landmarks: {path} is not there")
            return 0
    failed = 0
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            split(folder, seed)
            for loss, gain, price in EXPECTED:
                out = os.path.join(folder, loss)
                command = [PROGRAM, *PREPROCESSING, "--train", os.path.join(folder, "train.txt"), "--val",
                           os.path.join(folder, "val.txt"), "--foreign", FOREIGN, "--foreign-truth",
                           "matches:" + os.path.join(FOREIGN, "gnd.txt"), "--foreign-side", "320", "--layer",
                           "fire9/concat", "--train-from", "fire6/squeeze1x1", "--loss", loss, "--batch", "25",
                           "--max-iter", "96", "--test-interval", "16", "--mirror", "--augment", "--seed", seed,
                           "--threads", "1", "--out", out + ".npz"]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode != 0:
                    print(done.stdout + done.stderr)
                    return 1
                with open(out + ".csv", encoding="ascii", newline="") as file:
                    rows = list(csv.DictReader(file))
                before, best = rows[0], max(rows[1:], key=lambda r: float(r["val_map_percent"]))
                gained = float(best["val_map_percent"]) - float(before["val_map_percent"])
                paid = float(before["foreign_map_percent"]) - float(best["foreign_map_percent"])
                print(f"seed {seed}, {loss}: mAP {before['val_map_percent']} + {gained:.2f}, foreign "
                      f"{before['foreign_map_percent']} - {paid:.2f}, {rows[-1]['seconds']} s")
                failed += 0 if gained > gain and paid < price else 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
