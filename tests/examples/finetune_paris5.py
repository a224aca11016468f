"""What the tests of cnnpool-finetune on paris5 share: the photos, how a seed splits them, one training."""
import csv
import os
import random
import subprocess

PROGRAM = DATA = ""  # set by who imports this


def images(name):
    return os.path.join(DATA, "images", name)


def network():
    return os.path.join(DATA, "models", "squeezenet_v1.1_caffe", "squeezenet_v1.1")


def missing():
    """What is not there of what a run needs; nothing where all is."""
    return next((path for path in (images("paris5"), images("corridor"), network() + ".prototxt")
                 if not os.path.exists(path)), None)


def groups():
    """Landmark -> its photos, by name."""
    out = {}
    with open(os.path.join(images("paris5"), "groups.txt"), encoding="utf-8") as file:
        for line in file:
            if line.strip():
                photo, group = line.split()
                out.setdefault(group, []).append(photo)
    return {group: sorted(photos) for group, photos in sorted(out.items())}


def split(seed):
    """60 of 100 photos of every group learn; of a group of fewer than 5, none. Two lists of (photo, group)."""
    train, val = [], []
    for group, photos in groups().items():
        random.Random(seed + group).shuffle(photos)
        learning = len(photos) * 6 // 10 if len(photos) >= 5 else 0
        train += [(photo, group) for photo in photos[:learning]]
        val += [(photo, group) for photo in photos[learning:]]
    return train, val


def write_list(path, photos):
    label = {group: i for i, group in enumerate(groups())}
    with open(path, "w", encoding="utf-8") as file:
        for photo, group in photos:
            file.write(f"{os.path.join(images('paris5'), 'jpg', photo)} {label[group]}\n")


def trained(folder, name, seed, loss, train, val, foreign, cache):
    """The lines of the log: before anything is learned, and the best by the validation photos; the seconds."""
    for kind, photos in (("train", train), ("val", val)):
        write_list(os.path.join(folder, f"{name}-{kind}.txt"), photos)
    out = os.path.join(folder, name)
    command = [PROGRAM, "--model", network() + ".prototxt", "--weights", network() + ".caffemodel", "--mean",
               "104,117,123", "--multiple", "32", "--side", "512", "--train", out + "-train.txt", "--val",
               out + "-val.txt", *foreign, "--layer", "fire9/concat", "--train-from", "fire6/squeeze1x1", "--loss",
               loss, "--batch", "25", "--max-iter", "96", "--test-interval", "16", "--mirror", "--augment", "--seed",
               seed, "--threads", "1", "--cache", cache, "--out", out + ".npz"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    with open(out + ".csv", encoding="ascii", newline="") as file:
        rows = list(csv.DictReader(file))
    return rows[0], max(rows[1:], key=lambda r: float(r["val_map_percent"])), rows[-1]["seconds"]
