#!/usr/bin/env python3
"""cnnpool-dataset check, split and augment: broken photos, lists, copies of the originals.

    dataset.py PROGRAM SHARED_PHOTOS FRAMEWORKS

SHARED_PHOTOS: real photos that must give no alarm. FRAMEWORKS: where scripts/frameworks put Keras-Preprocessing, whose
views are compared. A case says what it skips where one of them is missing.
"""
import csv
import io
import os
import resource
import signal
import subprocess
import sys
import unittest

import numpy
from PIL import Image, ImageFile

import dataset_case
from dataset_case import DatasetCase, jpeg, pixels

SHARED = FRAMEWORKS = None


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


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
            print(f"skipped: example_dataset on real photos: {SHARED} is not there")
            self.skipTest("no photos")
        for name in sets:
            self.assertIn(": 0 broken", self.run_it("check", os.path.join(SHARED, name)).stdout)


class Split(DatasetCase):
    def lists(self, folder="."):
        return [self.text(folder, name).splitlines() for name in ("train.txt", "val.txt")]

    def test_a_share_of_every_class_the_same_on_every_run(self):
        classes = {str(i): 10 for i in range(12)} | {"single": 1, "pair": 2}
        self.photos(classes)
        ran = self.run_it("split", "photos", "--out", "lists")
        train, val = self.lists("lists")
        self.assertEqual(len(train), 12 * 6 + 1 + 1)
        self.assertEqual(len(val), 12 * 4 + 1)
        self.assertEqual(len(set(train + val)), 123)
        self.assertIn("class single has 1 photo: none to validate with", ran.stderr)
        ran = self.run_it("split", "photos", "--out", "least", "--least", 5)
        self.assertEqual([len(part) for part in self.lists("least")], [12 * 6, 12 * 4 + 1 + 2])
        self.assertIn("class pair has 2 photos, fewer than 5: none to train on", ran.stderr)
        names = [line.split(" ", 1) for line in self.text("lists", "classes.txt").splitlines()]
        self.assertEqual([int(n) for n, _ in names], list(range(14)))
        for line in train + val:
            path, label = line.rsplit(" ", 1)
            self.assertTrue(os.path.isfile(self.path("lists", path)), path)
            self.assertEqual(os.path.basename(os.path.dirname(path)), names[int(label)][1])
        before = self.everything("lists")
        self.run_it("split", "photos", "--out", "lists")
        self.assertEqual(self.everything("lists"), before)
        self.run_it("split", "photos", "--out", "other", "--seed", 7)
        self.assertNotEqual(self.lists("other")[0], train)
        self.photos({str(i): 11 for i in range(12)}, "photos")  # a new photo moves one old one of its class at most
        self.run_it("split", "photos", "--out", "added")
        was, now = ({line.rsplit(" ", 1)[0] for line in self.lists(name)[0]} for name in ("lists", "added"))
        for i in range(12):
            self.assertLessEqual(len([p for p in was - now if f"/{i}/" in p]), 1)
            self.assertLessEqual(len([p for p in now - was if f"/{i}/" in p and "photo 10" not in p]), 1)
            self.assertEqual(len([p for p in now if f"/{i}/" in p]), 6)
        for i in range(12):
            os.remove(self.path("photos", str(i), "photo 10.jpg"))
        self.photos({"aaa": 5}, "photos")  # a new class changes no other's photos
        self.run_it("split", "photos", "--out", "more")
        paths = {line.rsplit(" ", 1)[0] for line in self.lists("more")[0]}
        self.assertLessEqual({line.rsplit(" ", 1)[0] for line in train}, paths)

    def test_copies_and_unreadable_photos_are_named(self):
        self.photos({"a": 5, "b": 5})
        for name in ("b/copy.jpg", "a/copy.jpg"):
            with open(self.path("photos", "a", "photo 0.jpg"), "rb") as file:
                self.put(file.read(), "photos", *name.split("/"))
        self.put(b"", "photos", "a", "empty.jpg")
        ran = self.run_it("split", "photos", code=3)
        self.assertIn("the same bytes: ", ran.stderr)
        self.assertIn("b/copy.jpg (b, ", ran.stderr)
        self.assertRegex(ran.stderr, "left out: .*empty.jpg: cannot be read, or is empty")
        self.assertIn("12 photos of 2 classes", ran.stdout)

    def test_without_what_check_found_broken(self):
        self.photos({"a": 5, "b": 5})
        self.put(jpeg(90)[:-2], "photos", "b", "cut, off.jpg")
        self.run_it("check", "photos", code=3)
        ran = self.run_it("split", "photos", "--without", "check.csv", code=3)
        self.assertIn("10 photos of 2 classes", ran.stdout)
        self.assertRegex(ran.stderr, "left out: .*photos/b/cut, off.jpg: truncated: is truncated")

    def test_groups(self):
        lines = ""
        for i in range(6):
            self.put(jpeg(i), "set", "jpg", f"{i} x.jpg")
            lines += f"{i} x.jpg {'left' if i < 3 else 'right'}\n"
        self.put("# a comment\n\n" + lines, "set", "groups.txt")
        self.run_it("split", "set", "--out", "lists", "--share", .5)
        self.assertEqual(self.text("lists", "classes.txt"), "0 left\n1 right\n")
        self.assertTrue(all(os.path.isfile(self.path("lists", line.rsplit(" ", 1)[0]))
                            for line in self.lists("lists")[0]))
        self.refuses("--rename is for class folders", "split", "set", "--rename")

    def test_renaming_folders_that_are_numbers_and_back(self):
        classes = {str(i): 2 for i in range(12)} | {"zoo": 3}
        self.photos(classes)
        before = self.everything("photos")
        self.run_it("split", "photos", "--out", "plain")
        self.run_it("split", "photos", "--out", "renamed", "--rename")
        names = dict(line.split(" ", 1) for line in self.text("photos", "renamed-classes.txt").splitlines()
                     if not line.startswith("#"))
        self.assertEqual(sorted(d for d in os.listdir(self.path("photos")) if d.isdigit()),
                         sorted(map(str, range(13))))
        self.assertEqual(names["2"], "10")  # sorted as text, as the lists number them
        self.assertEqual(self.text("plain", "classes.txt"), self.text("renamed", "classes.txt"))
        self.assertTrue(all(os.path.isfile(self.path("renamed", line.rsplit(" ", 1)[0]))
                            for line in self.lists("renamed")[0]))
        again = self.everything("renamed")
        self.run_it("split", "photos", "--out", "renamed", "--rename")  # the numbers are kept, and the split
        self.assertEqual(self.everything("renamed"), again)
        self.run_it("split", "--undo", "photos")
        self.assertEqual(self.everything("photos"), before)
        self.refuses("nothing was renamed", "split", "--undo", "photos")

    def test_a_renaming_that_was_killed_is_undone(self):
        for killed_in_second_step in (False, True):
            self.photos({"0": 1, "1": 1, "b": 1}, "p")
            before = self.everything("p")
            self.put("# cnnpool-dataset split --rename\n0 0\n1 1\n2 b\n" +
                     ("# second step\n" if killed_in_second_step else ""), "p",
                     "renamed-classes.txt")
            os.rename(self.path("p", "0"), self.path("p", ".cnnpool-class-0"))
            if killed_in_second_step:
                os.rename(self.path("p", "1"), self.path("p", ".cnnpool-class-1"))
                os.rename(self.path("p", "b"), self.path("p", "2"))
            self.run_it("split", "--undo", "p")
            self.assertEqual(self.everything("p"), before)

    def test_wrong_numbers(self):
        self.photos({"a": 2})
        self.refuses("--share is 1, expected more than 0 and less than 1", "split", "photos", "--share", 1)
        self.refuses("SOURCE is missing", "split")


class Augment(DatasetCase):
    def setUp(self):
        super().setUp()
        self.photos({"a": 3, "b": 12, "c": 1})
        self.run_it("split", "photos")
        self.originals = self.everything("photos")

    def count(self, out="more"):
        return {c: sum(1 for line in self.text(out, "train.txt").splitlines() if line.endswith(f" {i}"))
                for i, c in enumerate("abc")}

    def test_exactly_as_many_as_wanted_and_nothing_new_on_a_rerun(self):
        ran = self.run_it("augment", "train.txt", "--out", "more", "--wanted", 9)
        self.assertEqual(self.count(), {"a": 9, "b": 9, "c": 9})
        self.assertIn("3 classes: 9 originals and 18 copies (18 made now, 0 removed)", ran.stdout)
        made = self.everything("more")
        ran = self.run_it("augment", "train.txt", "--out", "more", "--wanted", 9)
        self.assertIn("(0 made now, 0 removed)", ran.stdout)
        self.assertEqual(self.everything("more"), made)
        self.run_it("augment", "train.txt", "--out", "again", "--wanted", 9)
        self.assertEqual({n: h for n, h in self.everything("again").items() if n != "train.txt"},
                         {n: h for n, h in made.items() if n != "train.txt"})
        ran = self.run_it("augment", "train.txt", "--out", "more", "--wanted", 5)  # b has 7 originals: they stay
        self.assertEqual(self.count(), {"a": 5, "b": 7, "c": 5})
        self.assertIn("class b has 7 originals, more than the 5 wanted: all stay", ran.stderr)
        self.assertIn("(0 made now, 10 removed)", ran.stdout)
        kept = self.everything("more")
        self.assertLessEqual({(n, h) for n, h in kept.items() if n.endswith(".jpg")}, set(made.items()))
        self.assertEqual(self.everything("photos"), self.originals)

    def test_its_own_output_is_no_original(self):
        self.run_it("augment", "photos", "--out", "photos", "--wanted", 15)  # among the originals, if one must
        ran = self.run_it("augment", "photos", "--out", "photos", "--wanted", 15)
        self.assertIn("16 originals and 29 copies (0 made now, 0 removed)", ran.stdout)
        after = self.everything("photos")
        self.assertEqual({n: after[n] for n in self.originals}, self.originals)

    def test_a_copy_is_what_this_program_made_and_nothing_else(self):
        with open(self.path("photos", "a", "photo 0.jpg"), "rb") as file:
            photo = file.read()
        self.put(photo[:-2] + bytes(10) + photo[-2:], "photos", "a", "trip.aug-2019.jpg")  # the user's own name
        for _ in range(2):
            self.run_it("augment", "photos", "--out", "photos", "--wanted", 15)
        self.assertTrue(os.path.isfile(self.path("photos", "a", "trip.aug-2019.jpg")))
        self.assertIn("trip.aug-2019.jpg.aug-0.jpg", self.text("photos", "views.csv"))
        ran = self.run_it("split", "photos/train.txt", "--out", "again")  # a list of originals and copies
        self.assertIn("28 copies made by augment passed over", ran.stderr)
        self.assertNotIn(".aug-0", self.text("again", "val.txt").replace("trip.aug-2019.jpg ", ""))

    def test_a_run_that_was_killed_knows_its_copies(self):
        self.run_it("augment", "photos", "--out", "photos", "--wanted", 15)
        os.remove(self.path("photos", "train.txt"))  # what is written last
        os.remove(self.path("photos", "a", "photo 0.jpg.aug-1.jpg"))
        ran = self.run_it("augment", "photos", "--out", "photos", "--wanted", 15)
        self.assertIn("16 originals and 29 copies (1 made now, 0 removed)", ran.stdout)

    def test_a_changed_original_has_new_copies(self):
        self.run_it("augment", "photos", "--out", "more", "--wanted", 15)
        before = self.everything("more")
        self.put(jpeg(77, 50, 60), "photos", "a", "photo 1.jpg")
        ran = self.run_it("augment", "photos", "--out", "more", "--wanted", 15)
        after = self.everything("more")
        changed = {n for n in after if n.endswith(".jpg") and after[n] != before[n]}
        self.assertEqual(changed, {f"a/photo 1.jpg.aug-{k}.jpg" for k in range(4)})
        self.assertIn("(4 made now, 0 removed)", ran.stdout)

    def test_two_originals_of_one_name_and_classes_of_one_name(self):
        for i, folder in enumerate("xy"):
            self.put(jpeg(50 + i, 40, 48), folder, "same.jpg")
        self.put("x/same.jpg 0\ny/same.jpg 0\n", "two.txt")
        os.remove(self.path("classes.txt"))
        self.run_it("augment", "two.txt", "--out", "both", "--wanted", 6)
        self.assertEqual(sorted(os.listdir(self.path("both", "0"))),
                         [f"{f}_same.jpg.aug-{k}.jpg" for f in "xy" for k in range(2)])
        self.put("0 paris\n1 paris\n", "classes.txt")
        self.put("x/same.jpg 0\ny/same.jpg 1\n", "two.txt")
        self.refuses("classes 0 and 1 are both called paris", "augment", "two.txt", "--out", "third")
        self.put("x/same.jpg 0\nx/same.jpg 0\n", "two.txt")
        self.refuses("two.txt:2: x/same.jpg stands in line 1 already", "augment", "two.txt", "--out", "third")
        self.put("x/same.jpg 0\ny/same.jpg -1\n", "two.txt")
        self.refuses('two.txt:2: the label is "-1", expected a number of 0 or more', "augment", "two.txt", "--out",
                     "third")

    def test_what_is_refused(self):
        self.refuses("--wanted is -1, expected 1 to 1000000", "augment", "train.txt", "--out", "more", "--wanted", -1)
        self.refuses("is a list to validate with", "augment", "val.txt", "--out", "more")
        self.put(self.text("train.txt") + self.text("val.txt"), "all.txt")
        self.refuses("too, and only photos to train on are augmented", "augment", "all.txt", "--out", "more")
        self.run_it("augment", "train.txt", "--out", "more", "--wanted", 4)
        self.refuses("holds copies of other parameters", "augment", "train.txt", "--out", "more", "--rotation", 3)
        self.refuses("--rotation is -1, expected 0 to 180", "augment", "train.txt", "--out", "x", "--rotation", -1)
        self.refuses("--zoom is 1, expected 0 to less than 1", "augment", "train.txt", "--out", "x", "--zoom", 1)
        self.refuses("--format gif", "augment", "train.txt", "--out", "x", "--format", "gif")

    def test_unreadable_originals_are_made_up_for(self):
        victim = next(line.rsplit(" ", 1)[0] for line in self.text("train.txt").splitlines() if line.endswith(" 1"))
        self.put(jpeg(3)[:300], victim)
        ran = self.run_it("augment", "train.txt", "--out", "more", "--wanted", 9, code=3)
        self.assertEqual(self.count(), {"a": 9, "b": 9, "c": 9})
        self.assertRegex(ran.stderr, "left out: .*is truncated")

    def test_a_full_disk_leaves_nothing_half_written(self):
        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
        self.refuses("cannot be written", "augment", "train.txt", "--out", "more", "--wanted", 9, "--format", "png",
                     preexec_fn=small_files)
        self.assertEqual([n for n in self.everything("more") if ".part" in n], [])
        for name in self.everything("more"):
            if name.endswith(".png"):
                with Image.open(self.path("more", name)) as image:
                    self.assertEqual(image.convert("RGB").size, (48, 40))
        self.run_it("augment", "train.txt", "--out", "more", "--wanted", 9, "--format", "png")
        self.assertEqual(self.count(), {"a": 9, "b": 9, "c": 9})

    def test_views_are_those_of_keras_preprocessing(self):
        python = os.path.join(FRAMEWORKS, "venv", "bin", "python3")
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "dataset_keras.py")
        self.put(saved(Image.fromarray(pixels(1, 384, 512)), "PNG"), "big", "a", "smooth.png")
        if os.path.isdir(os.path.join(SHARED, "mini13")):
            photo = sorted(f for f in os.listdir(os.path.join(SHARED, "mini13", "jpg"))
                           if f.endswith(".jpg"))[0]
            with Image.open(os.path.join(SHARED, "mini13", "jpg", photo)) as image:
                self.put(saved(image.convert("RGB"), "PNG"), "big", "b", "real.png")
        self.run_it("augment", "big", "--out", "views", "--wanted", 20, "--format", "png")
        with open(self.path("views", "views.csv"), newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        for key, low, high in (("theta", -.1746, .1746), ("shear", -.2, .2), ("zx", .8, 1.2), ("zy", .8, 1.2)):
            values = [float(row[key]) for row in rows]
            self.assertTrue(all(low <= v <= high for v in values))
            self.assertGreater(max(values) - min(values), .5 * (high - low))
        self.assertEqual(len({row["flip"] for row in rows}), 2)
        if not os.path.exists(python) or subprocess.run([python, "-c", "import keras_preprocessing"],
                                                        capture_output=True, check=False).returncode != 0:
            print("skipped: example_dataset against Keras: Keras-Preprocessing is not installed (scripts/frameworks)")
            self.skipTest("no Keras")
        for i, row in enumerate(rows):
            for name, path in (("original", os.path.join("big", row["original"])),
                               ("copy", os.path.join("views", row["copy"]))):
                with Image.open(self.path(path)) as image:
                    numpy.save(self.path(f"{name}{i}.npy"), numpy.asarray(image.convert("RGB")))
        subprocess.run([python, script, self.path("views", "views.csv"), self.folder], check=True)
        for i, row in enumerate(rows):
            keras = numpy.rint(numpy.load(self.path(f"keras{i}.npy")))
            apart = numpy.abs(keras - numpy.load(self.path(f"copy{i}.npy")).astype(float))
            self.assertLessEqual(apart.mean(), .2, row)
            self.assertLessEqual(apart.max(), 8, row)


if __name__ == "__main__":
    SHARED, FRAMEWORKS = dataset_case.main(2)
    unittest.main(verbosity=2)
