#!/usr/bin/env python3
"""cnnpool-dataset check: broken photos, of every kind that was seen in collections, and no alarm on good ones.

    dataset_check.py PROGRAM SHARED_PHOTOS

SHARED_PHOTOS: real photos that must give no alarm; where they are missing the case says so.
"""
import csv
import io
import os
import subprocess
import unittest

import numpy
from PIL import Image, ImageFile

import dataset_case
from dataset_case import DatasetCase, jpeg, pixels, saved

SHARED = None


def damaged_files():
    """Name -> bytes and the kind that check has to say: what was seen in collections, made from one photo."""
    whole = jpeg(7, 240, 320)
    image = Image.fromarray(pixels(7, 240, 320))
    half = len(whole) // 2
    random = numpy.random.RandomState(dataset_case.SEED)
    noise = whole[:half] + bytes(random.randint(0, 255, 200, dtype=numpy.uint8)) + whole[half + 200:]
    filled = pixels(7, 240, 320)
    filled[130:] = filled[129]
    progressive = saved(image, "JPEG", progressive=True, quality=90)
    png = saved(image, "PNG")
    return {
        "trunc50.jpg": (whole[:half], "truncated"),
        "trunc50_eoi.jpg": (whole[:half] + b"\xff\xd9", "damaged"),
        "trunc95.jpg": (whole[:len(whole) * 95 // 100], "truncated"),
        "trunc_1byte.jpg": (whole[:-1], "truncated"),
        "noise.jpg": (noise, "damaged"),
        "zeros.jpg": (whole[:half] + bytes(4000) + whole[half + 4000:], "damaged"),
        "half_saved_again.jpg": (saved(Image.fromarray(filled), "JPEG", quality=85), "half filled"),
        "half_saved_again.png": (saved(Image.fromarray(filled), "PNG"), "half filled"),
        "trailing.jpg": (whole + b"hello" * 100, "good"),
        "empty.jpg": (b"", "unreadable"),
        "text.jpg": (b"<html>404</html>", "unreadable"),
        "grey.jpg": (saved(image.convert("L"), "JPEG"), "grey"),
        "rgba.png": (saved(image.convert("RGBA"), "PNG"), "alpha"),
        "sixteen.png": (saved(Image.fromarray(pixels(7)[..., 0].astype(numpy.uint16) * 256), "PNG"), "16 bit"),
        "cmyk.jpg": (saved(image.convert("CMYK"), "JPEG"), "CMYK"),
        "palette.png": (saved(image.convert("P"), "PNG"), "palette"),
        "frames.gif": (saved(image, "GIF"), "not read"),
        "progressive.jpg": (progressive, "good"),
        "progressive_trunc50.jpg": (progressive[:len(progressive) // 2], "truncated"),
        "trunc.png": (png[:len(png) // 2], "damaged"),
        "one_pixel.png": (saved(image.crop((0, 0, 1, 1)), "PNG"), "too small"),
        "strip.jpg": (saved(image.crop((0, 0, 320, 4)), "JPEG"), "too small"),
        "black.jpg": (saved(Image.new("RGB", (320, 240)), "JPEG"), "half filled"),
    }


class Check(DatasetCase):
    def test_every_damaged_file_is_judged_right_and_moved(self):
        files = damaged_files()
        self.assertEqual(len(files), 23)
        for name, (data, _) in files.items():
            self.put(data, "photos", "tower", name)
        for i in range(5):
            self.put(jpeg(i), "photos", "bridge, old", f"{i}.jpg")
        self.put("not a photo", "photos", "tower", "notes.txt")
        ran = self.run_it("check", "photos", "--move-to", "broken", code=3)
        with open(self.path("check.csv"), newline="", encoding="utf-8") as file:
            kinds = {row["photo"]: row["kind"] for row in csv.DictReader(file)}
        wrong = {name: (kinds["tower/" + name], kind) for name, (_, kind) in files.items()
                 if kinds["tower/" + name] != kind}
        self.assertEqual(wrong, {})
        self.assertTrue(all(kinds[f"bridge, old/{i}.jpg"] == "good" for i in range(5)))
        broken = {n for n, (_, kind) in files.items()
                  if kind in ("unreadable", "truncated", "damaged", "half filled", "too small", "not read")}
        self.assertEqual(set(os.listdir(self.path("broken", "tower"))), broken)
        self.assertEqual(set(os.listdir(self.path("photos", "tower"))), set(files) - broken | {"notes.txt"})
        self.assertRegex(ran.stdout, rf"28 photos of 2 classes: {len(broken)} broken \(.*\), moved to broken; report")
        self.assertRegex(ran.stderr, "left out: .*notes.txt: has no photo's ending")
        self.assertRegex(ran.stderr, "not read: tower/frames.gif: GIF is not read by OpenCV .*; save it as PNG or JPEG")
        self.assertNotRegex(ran.stderr, "(?m)^(Corrupt|Premature|libpng)")
        os.remove(self.path("photos", "tower", "notes.txt"))
        again = self.run_it("check", "photos")
        self.assertIn(": 0 broken", again.stdout)

    def test_nothing_is_overwritten_when_moving(self):
        for _ in range(2):
            self.put(b"", "photos", "a", "1.jpg")
            self.put(jpeg(1), "photos", "a", "2.jpg")
            self.run_it("check", "photos", "--move-to", "broken", code=3)
        self.assertEqual(sorted(os.listdir(self.path("broken", "a"))), ["1.2.jpg", "1.jpg"])
        self.refuses("lies in", "check", "photos", "--move-to", "photos/broken")

    def test_what_is_no_set_of_photos(self):
        self.refuses("neither a folder nor a list", "check", "nowhere")
        os.makedirs(self.path("empty"))
        self.refuses("holds 0 folders, expected one per class", "check", "empty")
        os.makedirs(self.path("classes", "a"))
        self.refuses("names 0 photos", "check", "classes")
        self.put("alone\n", "list.txt")
        self.refuses('list.txt:1: "alone", expected a path, a space and a label', "check", "list.txt")
        self.put(jpeg(1), "photos", "a", "1.jpg")
        self.refuses("cannot be", "check", "photos", "--report", "no/such/folder.csv")
        self.refuses("--min-side is 0", "check", "photos", "--min-side", 0)

    def test_borders_and_slopes_are_no_filling(self):
        photo = Image.fromarray(pixels(3, 200, 300))
        for name, colour in (("white", 255), ("black", 0)):
            framed = Image.new("RGB", (300, 400), (colour,) * 3)
            framed.paste(photo, (0, 80))
            self.put(saved(framed, "JPEG", quality=90), "photos", "a", name + ".jpg")
        sky = numpy.repeat(numpy.linspace(0, 255, 1200)[:, None], 40, 1)[..., None].repeat(3, 2).astype(numpy.uint8)
        self.put(saved(Image.fromarray(sky), "PNG"), "photos", "a", "sky.png")
        whole = jpeg(7, 240, 320)
        self.put(whole[:-2] + bytes(14) + whole[-2:], "photos", "a", "padded.jpg")
        self.assertIn("4 photos of 1 class: 0 broken", self.run_it("check", "photos").stdout)
        filled = pixels(7, 240, 320)
        filled[130:] = filled[129]
        exif = Image.Exif()
        exif[0x0112] = 6  # the camera was turned
        self.put(saved(Image.fromarray(filled), "JPEG", quality=85, exif=exif), "photos", "a", "turned.jpg")
        self.assertIn("1 half filled", self.run_it("check", "photos", code=3).stdout)

    def test_a_filling_at_any_side_and_of_a_tenth(self):
        photo = pixels(7, 480, 640)
        frame = numpy.full((480, 640, 3), 140, numpy.uint8)
        frame[60:420, 60:580] = photo[60:420, 60:580]
        for form, options in (("JPEG", {"quality": 85}), ("PNG", {})):
            for side in range(4):
                for grey in (False, True):
                    turned = numpy.rot90(photo, side).copy()
                    kept = len(turned) * 9 // 10
                    turned[kept:] = 128 if grey else turned[kept - 1]
                    turned = numpy.ascontiguousarray(numpy.rot90(turned, -side))
                    self.put(saved(Image.fromarray(turned), form, **options), "photos", "filled",
                             f"{side} {grey}.{form.lower()}")
            self.put(saved(Image.fromarray(photo), form, **options), "photos", "good", f"whole.{form.lower()}")
            self.put(saved(Image.fromarray(frame), form, **options), "photos", "good", f"frame.{form.lower()}")
        ran = self.run_it("check", "photos", code=3)
        self.assertIn("20 photos of 2 classes: 16 broken (16 half filled)", ran.stdout)
        self.assertNotIn("good/", ran.stderr)
        for side in ("rows, at the bottom", "columns, at the left", "rows, at the top", "columns, at the right"):
            self.assertEqual(len([line for line in ran.stderr.splitlines() if side in line]), 4, side)

    def test_the_beginning_of_a_progressive_jpeg_saved_again(self):
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        self.addCleanup(setattr, ImageFile, "LOAD_TRUNCATED_IMAGES", False)
        for i in range(4):
            data = jpeg(i, 240, 320, progressive=True)
            begun = Image.open(io.BytesIO(data[:len(data) // 7])).convert("RGB")
            for form in ("JPEG", "PNG"):
                self.put(saved(begun, form), "photos", "a", f"{i}.{form.lower()}")
            self.put(data, "photos", "b", f"{i}.jpg")
        slopes = numpy.add.outer(numpy.arange(240), numpy.arange(320))[..., None].repeat(3, 2) * 255 // 558
        self.put(saved(Image.fromarray(slopes.astype(numpy.uint8)), "PNG"), "photos", "b", "slopes.png")
        ran = self.run_it("check", "photos", code=3)
        self.assertIn("13 photos of 2 classes: 8 broken (8 damaged)", ran.stdout)
        self.assertIn("a/0.jpeg: shows nothing finer than 8 pixels: the beginning of a progressive JPEG", ran.stderr)

    def test_forms_that_opencv_does_not_read_are_named(self):
        self.photos({"a": 2})
        self.put(saved(Image.fromarray(pixels(1)), "GIF"), "photos", "a", "frames.gif")
        self.put(b"\0\0\0\x18ftypheic" + bytes(100), "photos", "a", "phone.jpg")
        for command in (("check", "photos"), ("augment", "photos", "--out", "more", "--wanted", 3),
                        ("pack", "photos", "--out", "set.lmdb"), ("mean", "photos")):
            ran = self.run_it(*command, code=3)
            for form in ("frames.gif: GIF", "phone.jpg: HEIC"):
                self.assertRegex(ran.stderr, f"{form} is not read by OpenCV .*; save it as PNG or JPEG")

    def test_what_a_decoder_prints_stands_in_a_sentence(self):
        self.photos({"a": 2})
        whole = jpeg(5, 240, 320)
        self.put(whole[:len(whole) // 2] + b"\xff\xd9", "photos", "a", "cut.jpg")
        self.put(saved(Image.fromarray(pixels(1)), "PNG", icc_profile=b"none"), "photos", "a", "profile.png")
        for command in (("augment", "photos", "--out", "more", "--wanted", 5), ("mean", "photos"),
                        ("pack", "photos", "--out", "raw.lmdb"), ("check", "photos", "--report", "r.csv")):
            ran = self.run_it(*command, code=3 if "check" in command else 0)
            self.assertNotRegex(ran.stderr, "(?m)^(Corrupt|Premature|libpng)")
            self.assertRegex(ran.stderr, "(?m)^.*a/cut.jpg: is .*says:? Corrupt JPEG data: premature end")
            if "check" not in command:
                self.assertRegex(ran.stderr, "a/profile.png: is used, and its decoder says: libpng warning: iCCP")

    def test_moving_by_a_list_of_whole_paths(self):
        self.put(b"", "photos", "a", "1.jpg")
        self.put(jpeg(1), "photos", "a", "2.jpg")
        lines = "".join(f"{self.path('photos', 'a', name)} 0\n" for name in ("1.jpg", "2.jpg"))
        self.put(lines, "lists", "all.txt")
        self.run_it("check", "lists/all.txt", "--move-to", "broken", code=3)
        self.assertEqual(os.listdir(self.path("broken", "0")), ["1.jpg"])
        self.put(b"", "photos", "a", "1.jpg")
        ran = self.run_it("split", "lists/all.txt", "--without", "check.csv", "--out", "s", code=3)
        self.assertIn("1 photo of 1 class", ran.stdout)

    def test_files_of_the_user_are_not_overwritten_and_a_fifo_does_not_hang(self):
        self.photos({"a": 3})
        self.put("photos/a/photo 0.jpg 0\n", "train.txt")
        for name in ("train.txt", "classes.txt", "val.txt"):
            self.put("photos/a/photo 0.jpg 0\n" if name == "train.txt" else "0 mine\n", name)
        before = self.everything()
        self.refuses("train.txt is there, and this program did not write it", "split", "photos")
        for command in (("check", "photos", "--report"), ("mean", "photos", "--out"),
                        ("mean", "photos", "--binaryproto")):
            self.refuses("photo 1.jpg is there, and this program did not write it", *command, "photos/a/photo 1.jpg")
        self.refuses("is the folder of the photos", "pack", "photos/../train.txt", "--files", ".")
        self.assertEqual({n: h for n, h in self.everything().items() if n != "mean.npy"}, before)
        os.mkfifo(self.path("photos", "a", "pipe.jpg"))
        ran = self.run_it("check", "photos", "--report", "r.csv", code=3, timeout=20)
        self.assertRegex(ran.stderr, "left out: .*pipe.jpg: is no file")

    def test_standard_output_and_wrong_arguments(self):
        self.photos({"a": 3})
        with open("/dev/full", "wb") as full:
            ran = subprocess.run([dataset_case.PROGRAM, "check", "photos"], cwd=self.folder, stdout=full,
                                 stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual((ran.returncode, "standard output cannot be written" in ran.stderr), (1, True))
        self.refuses("SOURCE is required", "check")

    def test_real_photos_give_no_alarm(self):
        sets = [s for s in ("paris5", "mini13", "corridor") if os.path.isdir(os.path.join(SHARED, s))]
        if not sets:
            print(f"skipped: example_dataset_check on real photos: {SHARED} is not there")
            self.skipTest("no photos")
        for name in sets:
            self.assertIn(": 0 broken", self.run_it("check", os.path.join(SHARED, name)).stdout)


if __name__ == "__main__":
    (SHARED,) = dataset_case.main(1)
    unittest.main(verbosity=2)
