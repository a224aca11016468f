#!/usr/bin/env python3
"""Where cnnpool-dataset refuses to write, and names that its lists give back.

    dataset_outputs.py PROGRAM
"""
import csv
import os
import unittest

import dataset_case
from dataset_case import DatasetCase, jpeg


class Outputs(DatasetCase):
    def test_nothing_is_written_among_the_photos(self):
        """A folder among class folders is a class of the next run, and changes the numbers of the others."""
        self.photos({"b": 3, "c": 3})
        os.symlink("photos", self.path("link"))
        self.put("photos/b/photo 0.jpg 0\nphotos/c/photo 1.jpg 1\n", "train.txt")
        before = self.everything()
        for command in (("pack", "--files"), ("pack", "--out"), ("split", "--out"), ("augment", "--out")):
            for source, folder in (("photos", "photos/b"), ("photos", "photos/a"), ("photos/", "photos/b/deeper"),
                                   ("link", "photos/a"), ("photos", "link/./a/"), ("train.txt", "photos/b"),
                                   ("train.txt", "link/c")):
                self.refuses(f"cnnpool-dataset {command[0]}: {command[1]} {folder} is or would become a part of the "
                             f"photos of {source}, expected a folder of its own", command[0], source, command[1],
                             folder)
        for command in (("check", "--report"), ("mean", "--out"), ("mean", "--channels"), ("mean", "--binaryproto")):
            self.refuses(f"cnnpool-dataset {command[0]}: {command[1]} {self.path('photos', 'b')} is or would become a "
                         "part of the photos of photos", command[0], "photos", command[1], "photos/b/x")
        self.refuses("photos is the folder of the photos, expected another one", "pack", "photos", "--files", "photos")
        self.assertEqual(self.everything(), before)
        self.assertEqual(sorted(os.listdir(self.path("photos"))), ["b", "c"])
        # Beside the photos, and lists beside the class folders, are fine.
        for command in (("pack", "--files", "small", "--size", 8), ("pack", "--out", "set.lmdb", "--size", 8),
                        ("split", "--out", "photos")):
            self.run_it(command[0], "photos", *command[1:])
        self.assertEqual(self.text("photos", "classes.txt"), "0 b\n1 c\n")
        self.run_it("pack", "train.txt", "--files", "photos-small", "--size", 8)

    def test_places_are_tried_before_the_work(self):
        self.photos({"a": 2, "b": 2})
        self.put(b"no photo", "photos", "a", "0.jpg")  # the work would name it
        for command in (("check", "--report"), ("mean", "--out"), ("mean", "--binaryproto")):
            self.refuses("none/file cannot be written: No such file or directory", command[0], "photos", command[1],
                         "none/file")
        os.mkdir(self.path("lists"))
        os.symlink("none/train.txt", self.path("lists", "train.txt"))
        self.refuses("train.txt is there, and this program did not write it", "split", "photos", "--out", "lists")
        self.put("train.txt\n", "lists", "cnnpool-dataset.txt")
        self.refuses("lists/train.txt cannot be written: No such file", "split", "photos", "--out", "lists")

    def test_seeds_and_counts(self):
        self.photos({"a": 2, "b": 2})
        for command in (("split", "--out"), ("augment", "--out"), ("pack", "--files")):
            self.refuses("--seed: -1, expected at least 0", command[0], "photos", command[1], "lists", "--seed", -1)
        self.refuses("0 photos to train on: no class has the 3 that --least asks for", "split", "photos", "--out",
                     "lists", "--least", 3)
        self.assertFalse(os.path.exists(self.path("lists", "train.txt")))
        self.refuses("--least = 99999999999", "split", "photos", "--out", "lists", "--least", 99999999999)

    def test_lists_give_back_what_they_name(self):
        names = ("#1.jpg", " first.jpg", "a # b.jpg")
        for number, name in enumerate(names):
            self.put(jpeg(number), "photos", "#class", name)
            self.put(jpeg(10 + number), "photos", " blank", name)
        self.run_it("split", "photos", "--out", "photos")
        with open(self.path("photos", "train.txt"), encoding="utf-8") as file:
            listed = file.read().splitlines()
        with open(self.path("photos", "val.txt"), encoding="utf-8") as file:
            listed += file.read().splitlines()
        self.assertEqual(sorted(os.path.normpath(line.rsplit(" ", 1)[0]) for line in listed),
                         sorted(f"{folder}/{name}" for folder in ("#class", " blank") for name in names))
        ran = self.run_it("pack", "photos/train.txt", "--files", "small", "--size", 8)
        self.assertIn("2 files of 8 x 8;", ran.stdout)

    def test_a_name_with_a_line_break_stands_in_no_list(self):
        for place in (("a", "new\nline.jpg"), ("a", "new\rline.jpg"), ("new\nclass", "0.jpg")):
            path = self.put(jpeg(1), "photos", *place)
            self.photos({"a": 2, "b": 2})
            for command in (("split", "--out"), ("augment", "--wanted", 3, "--out"), ("pack", "--files")):
                self.refuses("a list cannot hold a name with a line break", command[0], "photos", *command[1:], "lists")
            # A report is a CSV, which can.
            self.run_it("check", "photos")
            self.assertIn(os.path.relpath(path, self.path("photos")), self.report())
            os.remove(path)
            if not os.listdir(os.path.dirname(path)):
                os.rmdir(os.path.dirname(path))
        self.put(b"text", "photos", "a", "two\nlines.txt")
        self.assertIn("two lines.txt: has no photo's ending\n", self.run_it("check", "photos", code=3).stderr)

    def report(self):
        with open(self.path("check.csv"), encoding="utf-8", newline="") as file:
            return [row["photo"] for row in csv.DictReader(file)]


if __name__ == "__main__":
    dataset_case.main(0)
    unittest.main(verbosity=2)
