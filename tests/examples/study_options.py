#!/usr/bin/env python3
"""Options of cnnpool-study that it cannot use: one sentence with the value, before any work.

    study_options.py PROGRAM
"""
import os
import subprocess
import sys
import unittest

import caffe_network
import study_case


class StudyOptions(study_case.StudyCase):
    def refuses(self, sentence, command, option=""):
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(ran.returncode, 1, ran.stdout + ran.stderr)
        said = [line for line in ran.stderr.splitlines() if not line.startswith("features of ")]  # progress
        self.assertEqual(len(said), 1, ran.stderr)
        self.assertIn(sentence, said[0])
        self.assertTrue(said[0].startswith("cnnpool-study: " + option), said[0])
        self.assertEqual(ran.stdout, "")
        for word in ("OpenCV(", "error:", "srcMat", "function"):
            self.assertNotIn(word, ran.stderr)
        return ran

    def own(self, *options):
        """Of a network of the user's; nothing is written."""
        command = [study_case.PROGRAM, "--photos", self.path("photos"), "--truth", "none", "--model",
                   self.path("net.cfg"), "--weights", self.path("net.weights"), "--out", self.path("out")]
        return [*command, *options] if "--layers" in options else [*command, "--layers", "relu_1", *options]

    def known(self, *options):
        return [study_case.PROGRAM, "--photos", self.path("photos"), "--truth", "none", "--models", self.folder,
                "--network", "squeezenet_v1.1", "--out", self.path("out"), *options]

    def test_lists_between_commas(self):
        for option, value, sentence in (
                ("--side", "224,,512", '"224,,512" has an empty place between its commas'),
                ("--side", ",512", '",512" has an empty place'), ("--side", "512,", '"512," has an empty place'),
                ("--side", "", "is empty, expected a value"),
                ("--side", "wide", '"wide", expected a whole number of at most 2147483647'),
                ("--side", "3000000000", '"3000000000", expected a whole number of at most 2147483647'),
                ("--side", "32,64,32", "32 twice, expected once"), ("--side", "-1", "-1, expected at least 1"),
                ("--scales", "1,0.5,1.0", "1.0 twice, expected once"), ("--scales", "1,,2", "has an empty place"),
                ("--scales", "half", '"half", expected a number'), ("--scales", "0", "0, expected more than 0"),
                ("--policies", "gem,gem", "gem twice, expected once"), ("--policies", "gem,", "has an empty place"),
                ("--policies", "gme", '"gme" is no policy'),
                ("--layers", "relu_1,relu_1", "relu_1 twice, expected once"), ("--layers", "", "is empty"),
                ("--mean", "1,2", "2 values, expected 3"), ("--mean", "1,,2,3", "has an empty place"),
                ("--deviation", "1,2,3,4", "4 values, expected 3")):
            self.refuses(sentence, self.own(option, value), option + ": ")
        self.refuses("--network: squeezenet_v1.1 twice, expected once", self.known("--network", "squeezenet_v1.1"))
        self.assertFalse(os.path.exists(self.path("out")))

    def test_options_that_contradict_each_other(self):
        for options in (("--mean", "0,0,0"), ("--preprocess", "caffe"), ("--rgb",), ("--input-scale", "1"),
                        ("--deviation", "1,1,1"), ("--weights", "x"), ("--name", "mine")):
            self.refuses(f"{options[0]} requires --model", self.known(*options))
        for option in ("--network", "--models"):
            self.refuses(f"--model excludes {option}", self.own(option, "squeezenet_v1.1"))
        self.refuses("--mean excludes --mean-image", self.own("--mean", "1,2,3", "--mean-image", "mean.npy"))
        self.refuses("--rgb excludes --preprocess", self.own("--preprocess", "caffe", "--rgb"))
        self.assertFalse(os.path.exists(self.path("out")))

    def test_values_are_looked_at_before_the_first_photo(self):
        for command in (self.own, self.known):
            for option, value, sentence in (("--multiple", "0", "0, expected at least 1"),
                                            ("--multiple", "-3", "-3, expected at least 1"),
                                            ("--dimensions", "0", "0, expected at least 1"),
                                            ("--resize", "foo", '"foo", expected auto, area, linear, cubic or lanczos'),
                                            ("--out", "", "is empty"), ("--cache", "", "is empty")):
                given = [o for o in command() if o not in ("--out", self.path("out")) or option != "--out"]
                self.refuses(sentence, [*given, option, value], option + ": ")
        self.refuses("a deviation is 0, expected a finite number of more than 0", self.own("--deviation", "1,0,1"))
        for name in ("a/b", "two\nlines"):
            self.refuses("expected a name without / and line breaks", self.own("--name", name), "--name: ")
        for truth in ("groups", "groups:", "matches:", "oxford:", "revisited:", "mine", "None"):
            command = self.own()
            command[command.index("--truth") + 1] = truth
            self.refuses(f'--truth: "{truth}", expected groups:FILE, matches:FILE', command)
        for size in ("512", "512x", "0x5", "512x384.5", "512x384x3", "9000x10"):
            self.refuses(f'--list-layers: "{size}", expected WIDTHxHEIGHT', self.own("--list-layers", size))
        self.assertFalse(os.path.exists(self.path("out")))

    def test_sizes_that_a_network_cannot_take(self):
        caffe_network.make(self.folder)
        pooled = ["--model", self.path("net.prototxt"), "--weights", self.path("net.caffemodel"), "--layers", "pool1"]
        small = self.own()
        at = small.index("--model")
        small[at:] = ["--out", self.path("out"), *pooled]
        layers = "a size that its layers cannot take: too small, or another than it was made for"
        memory = "does not fit the memory: it needs at least 27000.0 GB, the machine has "
        for command, options, sentence in (
                (small, ("--side", "1"), "00.ppm: is 1 x 1 for the network, " + layers),
                (self.own("--layers", "relu_3"), ("--side", "16"), "is 16 x 16 for the network, " + layers),
                (self.own(), ("--list-layers", "16x48"), "is 16 x 48 for the network, " + layers),
                (self.own(), ("--compare-sizes", self.path("photos", "00.ppm"), "--side", "1000000"), memory),
                (self.own(), ("--side", "1000000"), "is 1000000 x 1000000 for the network, which " + memory),
                (self.own(), ("--multiple", "1000000"), "is 1000000 x 1000000 for the network, which " + memory),
                (self.own(), ("--side", "2147483647", "--multiple", "3000"), "is 2147483647 x 2147483647 for the")):
            self.refuses(sentence, [*command, *options])


if __name__ == "__main__":
    study_case.PROGRAM = sys.argv[1]
    unittest.main(argv=sys.argv[:1])
