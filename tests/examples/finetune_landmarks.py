#!/usr/bin/env python3
"""cnnpool-finetune on paris5, split by a seed: both losses find more of the other photos, and what that costs on a
foreign set is bounded.

    finetune_landmarks.py PROGRAM SHARED_DATA [SEED...]
"""
import os
import sys
import tempfile

import finetune_paris5 as paris5

# (loss, least gain, most loss on the foreign set), points of mAP
EXPECTED = (("classification", 2, 3), ("triplet", 6, 8))


def main():
    paris5.PROGRAM, paris5.DATA = sys.argv[1:3]
    if paris5.missing():
        print(f"skipped: example_finetune_landmarks: {paris5.missing()} is not there")
        return 0
    corridor = paris5.images("corridor")
    foreign = ["--foreign", corridor, "--foreign-truth", "matches:" + os.path.join(corridor, "gnd.txt"),
               "--foreign-side", "320"]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in sys.argv[3:] or ["1024"]:
            for loss, gain, price in EXPECTED:
                train, val = paris5.split(seed)
                before, best, seconds = paris5.trained(folder, f"{loss}{seed}", seed, loss, train, val, foreign,
                                                       os.path.join(folder, "cache"))
                gained = float(best["val_map_percent"]) - float(before["val_map_percent"])
                paid = float(before["foreign_map_percent"]) - float(best["foreign_map_percent"])
                print(f"seed {seed}, {loss}: mAP {before['val_map_percent']} + {gained:.2f}, foreign "
                      f"{before['foreign_map_percent']} - {paid:.2f}, {seconds} s", flush=True)
                failed += 0 if gained > gain and paid < price else 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
