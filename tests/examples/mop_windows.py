#!/usr/bin/env python3
"""MOP-VLAD of photos: on pictures and a network that study_case.py makes, each finds one of its own group, and on the
small real set where there is one. mop_windows.py PROGRAM SHARED_DATA
"""
import os
import subprocess
import sys
import tempfile

import numpy as np

import study_case

PROGRAM, DATA = sys.argv[1:3]


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)


with tempfile.TemporaryDirectory() as folder:
    study_case.make_network(folder)
    model, weights = (os.path.join(folder, "net." + end) for end in ("cfg", "weights"))
    photos = []
    for group in (0, 1, 2, 3):
        for number in range(3):
            photos.append(os.path.join(folder, f"{group}{number}.ppm"))
            noisy = np.random.default_rng(8 * group + number).normal(0, 8, (32, 32, 3))
            i, j = np.mgrid[:32, :32]
            stripes = np.where(((i if group % 2 else j) + number) // 2 % 2 == 0, 210, 40)[..., None]
            with open(photos[-1], "wb") as file:
                colour = [[1, 0.8, 0.4], [0.4, 0.8, 1]][group // 2]
                file.write(study_case.ppm(np.clip(stripes * colour + noisy, 0, 255)))
    for layer, components in (("relu_1", 8), ("fullyConnected_2", 16)):
        done = run(model, weights, layer, "32", *photos)
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        assert lines[0] == (f"12 photos, 12 + 300 + 588 activations of {components} components, "
                            f"descriptors of {components * 5}"), lines[0]
        pairs = [(photo, found.split()[0]) for photo, found in (line.split(": ") for line in lines[1:])]
        assert all(photo != found for photo, found in pairs), pairs
        right = sum(os.path.basename(photo)[0] == os.path.basename(found)[0] for photo, found in pairs)
        # By chance: 2.2. The random fully connected layer tells the phases of the stripes apart, not the groups.
        print(f"{layer}: {right} of {len(pairs)} pictures find one of their group first")
        assert right >= 8 or layer != "relu_1", lines
    done = run(model, weights, "relu_9", "32", *photos)
    assert done.returncode == 1 and "has no layer \"relu_9\"" in done.stderr, done.stderr
    done = run(model, weights, "relu_1", "32", photos[0], os.path.join(folder, "none.jpg"))
    assert done.returncode == 1 and "none.jpg cannot be read, or is empty" in done.stderr, done.stderr
    for side in ("32px", "0", "-1", "", "99999999999"):
        done = run(model, weights, "relu_1", side, *photos[:3])
        assert done.returncode == 1 and f'SIDE: "{side}", expected a whole number' in done.stderr, done.stderr
    assert run(model).returncode == 2
    if os.path.exists("/dev/full"):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([PROGRAM, model, weights, "relu_1", "32", *photos[:3]], stdout=full,
                                  stderr=subprocess.PIPE, text=True, check=False)
        assert done.returncode == 1 and "standard output cannot be written" in done.stderr, done.stderr

real = os.path.join(DATA, "images", "mini13")
network = os.path.join(DATA, "models", "tiny_darknet", "tiny")
if not os.path.isdir(real) or not os.path.exists(network + ".cfg"):
    print(f"skipped: example_mop_windows on real photos: {real} or its network is not there")
    sys.exit(0)
with open(os.path.join(real, "groups.txt"), encoding="utf-8") as file:
    groups = dict(line.split() for line in file if line.strip())
done = run(network + ".cfg", network + ".weights", "leaky_18", "128", *(os.path.join(real, "jpg", p) for p in groups))
assert done.returncode == 0, done.stderr
right = [groups[os.path.basename(a)] == groups[os.path.basename(b.split()[0])]
         for a, b in (line.split(": ") for line in done.stdout.splitlines()[1:])]
print(f"{sum(right)} of {len(right)} real photos find one of their group first")
assert sum(right) >= len(right) - 2
