#!/usr/bin/env python3
"""cnnpool-gain on tables of studies: the gains, and what only one of two studies has.

    gain.py PROGRAM
"""
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
HEAD = ("network,layer,map,policy,projection,dimensions,map_percent,rectangular_map_percent,hit_at_1_percent,"
        "microseconds_per_map\n")


class Gain(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def study(self, name, rows):
        os.makedirs(self.path(name), exist_ok=True)
        with open(self.path(name, "study.csv"), "w", encoding="ascii") as file:
            file.write(HEAD)
            for layer, policy, projection, dimensions, value in rows:
                file.write(f"net,{layer},8x8x8,{policy},{projection},{dimensions},{value},0,0,0\n")
        return self.path(name)

    def run_it(self, *options, **more):
        return subprocess.run([PROGRAM, "--out", self.path("out"), *options], capture_output=True, text=True,
                              check=False, timeout=60, **more)

    def test_rows_that_one_study_lacks_are_named(self):
        before = self.study("before", [("a", "sum", "none", 8, 50), ("a", "gem", "none", 8, 60),
                                       ("a", "sum", "pca", 7, 1)])
        after = self.study("after", [("a", "sum", "none", 8, 55), ("b", "sum", "none", 8, 1),
                                     ("a", "sum", "pca", 4, 1)])
        ran = self.run_it("--before", before, "--after", after)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("| a | sum | raw | 50.0 | 55.0 | +5.0 |", ran.stdout)
        self.assertEqual(ran.stderr, "left out, not in all of the studies: net a gem raw (not in validation after), "
                                     "net a sum PCA 7 (not in validation after), "
                                     "net b sum raw (not in validation before), "
                                     "net a sum PCA 4 (not in validation before)\n")
        same = self.run_it("--before", before, "--after", before)
        self.assertEqual((same.returncode, same.stderr), (0, ""))

    def test_what_is_no_number_or_no_truth_is_said_before_the_table(self):
        before = self.study("before", [("a", "sum", "none", 8, 50)])
        wrong = self.study("wrong", [("a", "sum", "none", 8, "much")])
        with open(self.path("log.csv"), "w", encoding="ascii") as file:
            file.write("epoch,loss,val_map_percent,foreign_map_percent\n0,1,50,\n1,less,60,\n")
        os.mkdir(self.path("photos"))
        one = ("--before", before, "--after", before, "--one-before", before, "--one-after", before, "--photos",
               self.path("photos"), "--truth")
        for options, sentence in (
                (("--before", before, "--after", wrong), 'study.csv: "much" in the column "map_percent", expected a'),
                (("--before", before, "--after", before, "--log", self.path("log.csv")),
                 'log.csv: "less" in the column "loss", expected a number'),
                (("--before", before, "--after", ""), "--after: is empty, expected a value"),
                ((*one, "groups:"), '--truth: "groups:", expected groups:FILE'),
                ((*one, "none"), "holds 0 photos, expected at least 1")):
            ran = self.run_it(*options)
            self.assertEqual((ran.returncode, ran.stdout), (1, ""), ran.stderr)
            self.assertEqual(ran.stderr.count("\n"), 1, ran.stderr)
            self.assertIn(sentence, ran.stderr)
        ran = subprocess.run([PROGRAM, *one, "none", "--out", self.path("photos")], capture_output=True, text=True,
                             check=False)
        self.assertIn("photos is or would become a part of the photos in ", ran.stderr)
        self.assertEqual(os.listdir(self.path("photos")), [])

    def test_places_are_tried_before_the_work(self):
        before = self.study("before", [("a", "sum", "none", 8, 50)])
        os.makedirs(self.path("out", "learning.png"))
        ran = self.run_it("--before", before, "--after", before, "--log", self.path("none.csv"))
        self.assertEqual(ran.returncode, 1)
        self.assertEqual(ran.stderr,
                         f"cnnpool-gain: {self.path('out', 'learning.png')} cannot be written: Is a directory\n")
        self.assertEqual(os.listdir(self.path("out")), ["learning.png"])


if __name__ == "__main__":
    PROGRAM = sys.argv[1]
    unittest.main(argv=sys.argv[:1])
