#!/usr/bin/env python3
"""The views of photos by Keras-Preprocessing, for dataset.py.

    dataset_keras.py VIEWS.csv FOLDER     reads FOLDER/original0.npy, ... of the lines, writes FOLDER/keras0.npy, ...
"""
import csv
import os
import sys

import numpy

numpy.float = float  # the names that NumPy had then
numpy.int = int
from keras_preprocessing.image import apply_affine_transform  # noqa: E402


def main():
    views, folder = sys.argv[1:]
    with open(views, newline="", encoding="utf-8") as file:
        for i, row in enumerate(csv.DictReader(file)):
            photo = numpy.load(os.path.join(folder, f"original{i}.npy")).astype(numpy.float32)
            theta, tx, ty, shear, zx, zy = (float(row[key]) for key in ("theta", "tx", "ty", "shear", "zx", "zy"))
            # It takes both angles in degrees; the study drew the shear in radians.
            out = apply_affine_transform(photo, theta=numpy.rad2deg(theta), tx=tx, ty=ty, shear=numpy.rad2deg(shear),
                                         zx=zx, zy=zy, row_axis=0, col_axis=1, channel_axis=2, fill_mode="nearest",
                                         order=1)
            numpy.save(os.path.join(folder, f"keras{i}.npy"), out[:, ::-1] if row["flip"] == "1" else out)


main()
