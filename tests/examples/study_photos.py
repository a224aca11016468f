#!/usr/bin/env python3
"""cnnpool-study on photos that are damaged or turned, and the pictures that it draws of them.

    study_photos.py PROGRAM
"""
import io
import os
import struct
import sys
import unittest

import numpy as np

try:
    from PIL import Image, features
except ImportError:
    Image = None

import study_case
from study_case import picture


class StudyPhotos(study_case.StudyCase):
    def test_a_damaged_jpeg_is_named(self):
        if Image is None:
            print("skipped: example_study_photos on a damaged JPEG: Python has no Pillow (Debian: python3-pil)")
            return
        out = io.BytesIO()
        Image.fromarray(np.kron(picture(0, 9), np.ones((4, 4, 1))).astype(np.uint8)).save(out, "JPEG")
        data = bytearray(out.getvalue())
        self.photo("good.jpg", data, "group0")
        middle = len(data) * 2 // 3
        data[middle:middle + 400] = bytes(400)
        self.photo("zeroed.jpg", data, "group0")
        ran = self.run_it("--policies", "gem", layers="relu_1")
        if "left out" not in ran.stderr:
            print("skipped: example_study_photos on a damaged JPEG: built without libjpeg")
            return
        self.assertEqual(ran.returncode, 3, ran.stderr)
        self.assertRegex(ran.stderr, r"left out: zeroed.jpg: is damaged inside: libjpeg says .+\n")
        self.assertNotIn("good.jpg", ran.stderr)

    def test_webp_is_turned(self):
        webp = Image is not None and features.check("webp")
        if not webp:
            print("skipped: example_study_photos on WebP: Python has no Pillow with WebP (Debian: python3-pil)")
            return
        self.lines = []
        for name in os.listdir(self.path("photos")):
            os.remove(self.path("photos", name))
        for turn in (1, 3, 6, 8):
            exif = Image.Exif()
            exif[0x112] = turn
            photo = Image.fromarray(picture(0, turn).astype(np.uint8)[:20])
            for ending in ("png", "webp"):  # OpenCV turns the first by itself
                photo.save(self.path("photos", f"{turn}.{ending}"), lossless=True, exif=exif.tobytes())
        self.study(truth="none")
        rows = np.load(self.path("out", "descriptors.npy"))
        np.testing.assert_array_equal(rows[::2], rows[1::2])
        self.assertGreater(np.abs(rows[0] - rows[2]).max(), 1e-3)

    def size(self, *names):
        with open(self.path(*names), "rb") as file:
            return struct.unpack(">II", file.read(24)[16:])

    def test_pictures(self):
        self.put(b"", "photos", "00.ppm")
        layers = ("conv_1", "conv_1+relu")
        for layer in layers:
            ran = self.run_it("--policies", "rmac", "--pictures", self.path(layer), layers=layer, truth="none",
                              out=layer + "_out")
            self.assertEqual(ran.returncode, 3, ran.stderr)
        # A row for each of the seven photos that are there; seven tiles in it.
        self.assertEqual(self.size("conv_1", "matches.png"), (7 * (170 + 8) + 8, 7 * (130 + 18 + 8) + 8))
        # A panel for each of three levels.
        self.assertEqual(self.size("conv_1", "regions_1.png"), (3 * 32 + 2 * 8, 32))
        # What positions add to SPoC depends on the map, CroW's weights of a rectified map are the same.
        for kind, same in (("saliency_spoc_1.png", False), ("saliency_crow_1.png", True)):
            both = []
            for layer in layers:
                with open(self.path(layer, kind), "rb") as file:
                    both.append(file.read())
            self.assertEqual(both[0] == both[1], same, kind)


if __name__ == "__main__":
    study_case.PROGRAM = sys.argv[1]
    unittest.main(argv=sys.argv[:1])
