#!/usr/bin/env python3
"""cnnpool-finetune on all landmarks of paris5 but one, in turn: what becomes of the one that was left out? Its photos
all ask, among themselves and the validation photos of the others; the best state is that of the others' photos.

    finetune_left_out.py PROGRAM SHARED_DATA [SEED...]
"""
import os
import sys
import tempfile

import finetune_paris5 as paris5


def as_foreign(folder, name, photos, asking):
    """The photos as a set where those of the group `asking` ask: every other one is alone of its kind."""
    where = os.path.join(folder, name)
    os.makedirs(os.path.join(where, "jpg"))
    with open(os.path.join(where, "groups.txt"), "w", encoding="utf-8") as file:
        for photo, group in photos:
            os.symlink(os.path.join(paris5.images("paris5"), "jpg", photo), os.path.join(where, "jpg", photo))
            file.write(f"{photo} {group if group == asking else 'alone_' + photo}\n")
    return ["--foreign", where]


def main():
    paris5.PROGRAM, paris5.DATA = sys.argv[1:3]
    if paris5.missing():
        print(f"skipped: example_finetune_left_out: {paris5.missing()} is not there")
        return 0
    groups = paris5.groups()
    worse = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in sys.argv[3:] or ["1024"]:
            train, val = paris5.split(seed)
            gains = []
            for left_out in sorted({group for _, group in train}):
                others = [p for p in val if p[1] != left_out]
                name = f"{left_out}-{seed}"
                its_own = [(photo, left_out) for photo in groups[left_out]]
                foreign = as_foreign(folder, name + "-all", its_own + others, left_out)
                before, best, seconds = paris5.trained(folder, name, seed, "triplet",
                                                       [p for p in train if p[1] != left_out], others, foreign,
                                                       os.path.join(folder, "cache"))
                gains.append(float(best["foreign_map_percent"]) - float(before["foreign_map_percent"]))
                print(f"seed {seed}, without {left_out}: its mAP {before['foreign_map_percent']} {gains[-1]:+.2f}, the "
                      f"others' {before['val_map_percent']} "
                      f"{float(best['val_map_percent']) - float(before['val_map_percent']):+.2f}, {seconds} s",
                      flush=True)
            mean = sum(gains) / len(gains)
            print(f"seed {seed}: {mean:+.2f} in the mean of {len(gains)} landmarks left out", flush=True)
            worse += 1 if mean < 0 else 0
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
