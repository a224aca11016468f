#!/usr/bin/env python3
"""cnnpool-dataset split and augment: lists, and copies of the originals.

    dataset.py PROGRAM SHARED_PHOTOS FRAMEWORKS

SHARED_PHOTOS: real photos, one of which is augmented. FRAMEWORKS: where scripts/frameworks put Keras-Preprocessing,
whose views are compared. A case says what it skips where one of them is missing.
"""
import csv
import os
import resource
import signal
import subprocess
import unittest

import numpy
from PIL import Image

import dataset_case
from dataset_case import DatasetCase, jpeg, pixels, saved

SHARED = FRAMEWORKS = None


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

    def test_nothing_is_renamed_for_lists_that_cannot_be_written(self):
        self.photos({"left": 3, "right": 3})
        self.put(jpeg(9), "photos", "left", "new\nline.jpg")
        before = self.everything("photos")
        self.refuses("a list cannot hold a name with a line break", "split", "photos", "--out", "lists", "--rename")
        self.assertEqual(before, self.everything("photos"))

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
