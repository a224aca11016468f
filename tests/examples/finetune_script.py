#!/usr/bin/env python3
"""scripts/finetune from class folders to the table before and after, on photos and a network that this test makes.

    finetune_script.py SCRIPT PROGRAMS_FOLDER
"""
import csv
import os
import subprocess
import sys
import unittest

import finetune_case
import study_case

SCRIPT = PROGRAMS = ""


class Script(finetune_case.FinetuneCase):
    def run_script(self, *options):
        return subprocess.run(
            [SCRIPT, "--photos", "my photos", "--model", "net.cfg", "--weights", "net.weights", "--rgb",
             "--input-scale", "0.00392", "--layer", "leaky_2", "--policies", "gem,sum", "--dimensions", "4", "--side",
             "32", "--size", "36", "--crop", "32", "--batch", "12", "--max-iter", "6", "--test-interval", "3",
             "--threads", "1", "--mirror", "--out", "out", *options],
            cwd=self.folder, env={**os.environ, "CNNPOOL_PROGRAMS": PROGRAMS}, capture_output=True, text=True,
            check=False)

    def test_from_photos_to_the_table(self):
        for colour, name in enumerate(("red", "green light", "#blue")):
            os.makedirs(self.path("my photos", name))
            for number in range(7):
                self.write(os.path.join("my photos", name, f"photo {number}.ppm"),
                           study_case.ppm(finetune_case.picture(colour, number)))
        self.write(os.path.join("my photos", "red", "cut.jpg"), b"\xff\xd8\xff\xe0\0\4ab\xff\xda\0\3abc")
        ran = self.run_script()
        self.assertEqual(ran.returncode, 3, ran.stdout + ran.stderr)  # one photo is broken
        self.assertIn("cut.jpg", ran.stderr)
        self.assertIn("21 photos of 3 classes: 12 to train on, 9 to validate with", ran.stdout)
        with open(self.path("out", "gain", "gain.csv"), encoding="ascii", newline="") as file:
            rows = [(r["layer"], r["policy"], r["projection"]) for r in csv.DictReader(file)]
        self.assertEqual(rows, [("leaky_2", policy, projection) for policy in ("sum", "gem")
                                for projection in ("raw", "PCA 4")])
        self.assertLessEqual({"gain.csv", "gain.md", "learning.png", "saliency.png"},
                             set(os.listdir(self.path("out", "gain"))))
        # Again: what is done is kept. Another training is another one.
        again = self.run_script()
        self.assertIn("tuned.npz is there, made by the same command", again.stdout, again.stderr)
        self.assertNotIn("is there, made by", self.run_script("--seed", "2").stdout)

    def test_what_is_wrong_is_said(self):
        for options, code, sentence in ((("--layer",), 2, "finetune: --layer has no value"),
                                        (("layer",), 2, "finetune: unknown argument layer"),
                                        (("--photos", "none"), 1, "cnnpool-dataset: none is neither a folder nor")):
            ran = self.run_script(*options)
            self.assertEqual(ran.returncode, code, ran.stderr)
            self.assertIn(sentence, ran.stderr)


if __name__ == "__main__":
    SCRIPT, PROGRAMS = (os.path.abspath(argument) for argument in sys.argv[1:3])
    unittest.main(argv=sys.argv[:1])
