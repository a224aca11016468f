#!/usr/bin/env python3
"""cnnpool-describe with everything wrong that a command line, a file and a folder can have.

    describe_wrong.py PROGRAM
"""
import os
import subprocess
import sys
import unittest

import numpy as np

import describe_case


class DescribeWrong(describe_case.DescribeCase):
    def test_what_a_folder_holds_beside_maps(self):
        maps = self.two_maps()
        for name in ("._a.npy", "upper.NPY", "notes.txt"):
            self.text("maps/" + name, "no map")
        os.mkdir(self.path("maps/deeper.npy"))
        os.symlink("loop", self.path("maps/loop"))
        ran = self.run_it(maps, "--out", self.out, "--pool", "sum")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertTrue(ran.stderr.endswith("3 x 5 from 2 files; passed over: 5 others (._a.npy, deeper.npy, loop, "
                                            "...)\n"), ran.stderr)
        os.symlink("nowhere", self.path("maps/c.npy"))
        self.fails("maps/c.npy is a link to nowhere, expected a .npy file", maps, "--out", self.path("x.npy"), "--pool",
                   "sum")
        os.remove(self.path("maps/c.npy"))
        os.mkfifo(self.path("maps/c.npy"))
        self.fails("maps/c.npy is a pipe or a device", maps, "--out", self.path("x.npy"), "--pool", "sum")

    def test_pipes_and_bfloat16_are_named(self):
        os.mkfifo(self.path("in.npy"))
        self.fails("in.npy is a pipe, expected a file", self.path("in.npy"), "--out", self.out, "--pool", "sum")
        os.remove(self.path("in.npy"))
        self.save(np.zeros((1, 2), "V2"))
        self.fails("dtype '|V2' is bfloat16, it seems", self.path("in.npy"), "--out", self.out, "--pool", "sum")

    def test_outputs_are_tried_before_the_work(self):
        source = self.save(self.x)
        with open(source, "r+b") as file:
            file.truncate(200)  # the work would fail too
        os.symlink("none/x.npy", self.path("link.npy"))
        self.fails("link.npy cannot be written", source, "--out", self.path("link.npy"), "--pool", "sum")

    def test_standard_output_that_is_full(self):
        if not os.path.exists("/dev/full"):
            print("skipped: example_describe_wrong with a full standard output: there is no /dev/full")
            return
        with open("/dev/full", "w", encoding="ascii") as full:
            ran = subprocess.run([describe_case.PROGRAM, "--help"], stdout=full, stderr=subprocess.PIPE, text=True,
                                 check=False)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("standard output cannot be written: No space left on device", ran.stderr)

    def test_a_list_of_names_takes_no_other_file_s_place(self):
        maps = self.two_maps()
        self.fails("d.txt would be the list of the rows' files too", maps, "--out", self.path("d.txt"), "--pool", "sum")
        os.symlink("d.txt", self.path("link.npy"))
        os.symlink("d.txt", self.path("link.txt"))
        self.fails("link.npy would be the list", maps, "--out", self.path("link.npy"), "--pool", "sum")
        # A text of the user, a list of photos, one line per row even, is not a list of .npy files; nor is a folder.
        for name, text in (("photos", "a.jpg\nb.jpg\nc.jpg\n"), ("resnet", "my notes"), ("empty", "")):
            self.text(name + ".txt", text)
            self.fails(name + ".txt is there, and is no list that an earlier run wrote beside", maps, "--out",
                       self.path(name + ".npy"), "--pool", "sum")
            self.assertEqual(self.text(name + ".txt"), text)
        os.mkdir(self.path("taken.txt"))
        self.fails("taken.txt is there", maps, "--out", self.path("taken.npy"), "--pool", "sum")
        # Names of .npy files, but not of as many as the rows beside them.
        self.save(self.x[:, :, 0, 0], "two.npy")
        self.text("two.txt", "a.npy\nb.npy\n")
        self.fails("two.txt is there", maps, "--out", self.path("two.npy"), "--pool", "sum")
        # One file in, no list: the text beside it is nobody's business.
        self.describe(self.save(self.x), "--pool", "sum")
        self.out = self.path("photos.npy")
        self.describe(self.path("in.npy"), "--pool", "sum")
        self.assertEqual(self.text("photos.txt"), "a.jpg\nb.jpg\nc.jpg\n")

    def test_where_one_output_cannot_be_written_neither_is(self):
        maps = self.two_maps()
        os.symlink("none/elsewhere.txt", self.path("out.txt"))
        self.fails("out.txt cannot be written: No such file or directory", maps, "--out", self.out, "--pool", "sum")
        self.assertFalse(os.path.exists(self.out))
        os.remove(self.path("out.txt"))
        # Files of this process end at 200 bytes, as on a full disk: the descriptors' 188 fit, the list does not.
        os.rename(self.path("maps/a.npy"), self.path("maps/" + "a" * 200 + ".npy"))
        self.fails("out.txt cannot be written: File too large", maps, "--out", self.out, "--pool", "sum", limit=200)
        self.assertFalse(os.path.exists(self.out))

    def test_bad_folders(self):
        os.mkdir(self.path("maps"))
        out = ("--out", self.out, "--pool", "sum")
        self.fails("holds 0 .npy files", self.path("maps"), *out)
        self.save(self.x, "maps/a.npy")
        self.save(self.x[:, :2], "maps/b.npy")
        self.fails("b.npy: gives 2 components, the files before it gave 5", self.path("maps"), *out)
        self.fails("part of the input", self.path("maps"), "--out", self.path("maps/c.npy"), "--pool", "sum")

    def test_zero_points_that_the_type_does_not_hold(self):
        for kind, zero, bounds in ((np.uint8, 99999, "0 to 255 for uint8"), (np.uint8, -1, "0 to 255 for uint8"),
                                   (np.int8, 128, "-128 to 127 for int8")):
            self.fails(f"in.npy: --zero-point: {zero}, expected {bounds}", self.save(np.zeros((1, 2, 3, 3), kind)),
                       "--out", self.out, "--pool", "sum", "--zero-point", str(zero))
        self.describe(self.save(np.zeros((1, 2, 3, 3), np.int8)), "--pool", "sum", "--zero-point", "-128")

    def test_a_name_that_no_line_of_the_list_holds(self):
        maps = self.two_maps()
        for name in ("a\nb.npy", "a\rb.npy"):
            self.save(self.x[:1], "maps/" + name)
            self.fails("a list cannot hold a name with a line break", maps, "--out", self.out, "--pool", "sum")
            os.remove(self.path("maps/" + name))
        self.text("maps/not\na map", "x")
        ran = self.run_it(maps, "--out", self.out, "--pool", "sum")
        self.assertTrue(ran.stderr.endswith("passed over: 1 other (not a map)\n"), ran.stderr)

    def test_bad_files(self):
        out = ("--out", self.out, "--pool", "sum")
        self.fails("does not exist", self.path("none.npy"), *out)
        with open(self.path("text.npy"), "w", encoding="ascii") as file:
            file.write("no array")
        self.fails("is not a .npy file", self.path("text.npy"), *out)
        self.fails("has 5 axes", self.save(np.zeros((1, 1, 1, 1, 1), np.float32)), *out)
        self.fails("no positions", self.save(np.zeros((1, 2, 0, 3), np.float32)), *out)
        with open(self.save(self.x, "short.npy"), "r+b") as file:
            file.truncate(200)
        self.fails("bytes of data", self.path("short.npy"), *out)
        self.fails("is not supported", self.save(np.zeros((1, 2), np.int64)), *out)

    def test_bad_arguments(self):
        source = self.save(self.x)
        self.fails("--out is required", source, "--pool", "sum")
        self.fails("--pool is required", source, "--out", self.out)
        self.fails("input is required", "--out", self.out, "--pool", "sum")
        out = (source, "--out", self.out)
        for pool, message in (("gme", "\"gme\" is no policy"), ("sum+", "\"\" is no policy"),
                              ("gem:p=x", "is no policy"),
                              ("gem:p=2.7x", "is no policy"), ("gem:p=inf", "is no policy"),
                              ("gem:p=-1", "gem: p is -1"),
                              ("rmac:levels=0", "levels is 0")):
            self.fails(message, *out, "--pool", pool)
        for post, message in (("l3", "\"l3\" is no stage"), ("l2,,l2", "--post: \"l2,,l2\" has an empty place between"),
                              ("truncation=6", "expected 1 to 5"), ("truncation=0", "dimensions is 0"),
                              ("power=0", "alpha is 0")):
            self.fails(message, *out, "--pool", "sum", "--post", post)
        self.fails("is no layout", *out, "--pool", "sum", "--layout", "chwn")
        self.fails("8-bit activations only", *out, "--pool", "sum", "--scale", "2")
        self.fails("--threads", *out, "--pool", "sum", "--threads", "-1")
        self.fails("--threads", *out, "--pool", "sum", "--threads", "two")
        for scale in ("nan", "0"):
            self.fails(f"--scale: {scale}, expected a finite number other than 0", *out, "--pool", "sum", "--scale",
                       scale)
        for option in ("--post", "--pool", "--layout", "--out"):
            self.fails(option + ": is empty, expected a value", *out, "--pool", "sum", option, "")
        self.fails("not expected", *out, "--pool", "sum", "--bogus")
        self.fails("does not exist", source, "--out", self.path("none/out.npy"), "--pool", "sum")
        self.fails("is a folder", source, "--out", self.folder, "--pool", "sum")
        self.fails("part of the input", source, "--out", source, "--pool", "sum")
        np.testing.assert_array_equal(np.load(source), self.x)

    def test_an_older_output_survives_a_failure(self):
        kept = self.save(self.x[:, :, 0, 0], "out.npy")
        self.fails("expected 1 to 5", self.save(self.x), "--out", kept, "--pool", "sum", "--post", "truncation=9")
        np.testing.assert_array_equal(np.load(kept), self.x[:, :, 0, 0])


if __name__ == "__main__":
    describe_case.PROGRAM = sys.argv[1]
    unittest.main(argv=sys.argv[:1])
