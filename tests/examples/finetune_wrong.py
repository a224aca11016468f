#!/usr/bin/env python3
"""What cnnpool-finetune is given that it cannot use: one sentence, and what was there stays.

    finetune_wrong.py PROGRAM STUDY MOP_WINDOWS
"""
import os
import re
import resource
import signal
import sys
import unittest

import numpy as np

import finetune_case
import forked
import study_case

WINDOWS = ""


class Wrong(finetune_case.FinetuneCase):
    def test_wrong_options(self):
        for options, sentence in (
            ({"model": None}, "--model is required"),
            ({"layer": "leaky_9"}, "has no layer \"leaky_9\""),
            ({"train_from": "relu_3"}, "\"relu_3\" is none of the 4 layers that leaky_2 is made of"),
            ({"train_from": "leaky_2"}, "the 1 layers from leaky_2 to leaky_2 have no numbers to learn"),
            ({"lr_policy": "cosine"}, "expected fixed, step, exp, inv, multistep, poly or sigmoid"),
            ({"lr_policy": "multistep"}, "--stepvalue: no iteration is given, --lr-policy multistep needs some"),
            ({"lr_policy": "multistep", "stepvalue": "5,5"}, "--stepvalue: 5 is number 2, expected ascending"),
            ({"lr_policy": "multistep", "stepvalue": "5,,9"}, "--stepvalue: \"5,,9\" has an empty place between"),
            ({"cache": ""}, "--cache: is empty, expected a value"),
            ({"resize": "foo"}, "--resize: \"foo\", expected auto, area, linear, cubic or lanczos"),
            ({"crop": 100000, "size": 0}, "--crop: 100000, expected at most 8192"),
            ({"size": 100000}, "--size: 100000, expected at most 8192"),
            ({"side": 1000000}, "is 1000000 x 1000000 for the network, which does not fit the memory"),
            ({"stepvalue": "5"}, "--stepvalue: is for --lr-policy multistep, this is step"),
            ({"power": 2}, "--power: is for --lr-policy inv and poly, this is step"),
            ({"lr_policy": "poly", "stepsize": 9}, "--stepsize: is for --lr-policy step and sigmoid, this is poly"),
            ({"lr_policy": "fixed", "gamma": 1}, "--gamma: is for --lr-policy step, exp, inv, multistep and sigmoid"),
            ({"loss": "classification", "p": 2}, "--p: is for --loss triplet, this is classification"),
            ({"loss": "classification", "margin": 1}, "--margin: is for --loss triplet, this is classification"),
            ({"gamma": -1}, "--gamma: -1, expected at least 0"),
            ({"lr_policy": "poly", "power": -1}, "--power: -1, expected a finite number of at least 0"),
            ({"stepsize": 0}, "--stepsize: 0, expected at least 1"),
            ({"base_lr": "inf"}, "--base-lr: inf, expected a finite number of more than 0"),
            ({"p": "inf"}, "--p: inf, expected a finite number of at least 1"),
            ({"margin": "inf"}, "--margin: inf, expected a finite number of at least 0"),
            ({"head_iter": 5}, "--head-iter: 5, which is for --phases 2, this is 1"),
            ({"foreign_side": 32}, "--foreign-side requires --foreign"),
            ({"foreign_truth": "groups:x"}, "--foreign-truth requires --foreign"),
            ({"base_lr": 0}, "--base-lr: 0, expected a finite number of more than 0"),
            ({"loss": "contrastive"}, "--loss: \"contrastive\", expected triplet or classification"),
            ({"device": "cuda:0"}, "--device: cuda:0: this libtorch has no CUDA"),
            ({"device": "abacus"}, "--device: \"abacus\", expected cpu or cuda:0"),
            ({"crop": 40}, "--size: 36 pixels are smaller than the --crop of 40"),
            ({"crop": 40, "size": 0}, "train 00.ppm is 36 x 36, smaller than the --crop of 40"),
            ({"out": self.path("none", "tuned.npz")}, "none is no folder"),
            ({"out": self.path("tuned.bin")}, "expected a name that ends in .npz"),
            ({"train": self.path("none.txt")}, "none.txt cannot be opened"),
            ({"batch": 3}, "--batch: 3, --loss triplet needs at least 4"),
            ({"seed": -1}, "--seed: -1, expected at least 0"),
            ({"max_iter": 0}, "--max-iter: 0, expected at least 1"),
            ({"resume": self.path("net.cfg")}, "net.cfg"),
            ({"views": 1000, "memory": 1, "train_from": "conv_1"}, "MB, more than the --memory of 1"),
        ):
            ran = self.run_it(**options)
            if options.get("device") == "cuda:0" and ran.returncode == 0:
                continue
            self.assertEqual(ran.returncode, 1, options)
            self.assertIn(sentence, ran.stderr)
            self.assertEqual(len(ran.stderr.split("cnnpool-finetune: ")[1].splitlines()), 1, ran.stderr)
            self.assertFalse(os.path.exists(self.path("tuned.npz")))

    def test_a_layer_that_cannot_learn_is_told_with_the_way_out(self):
        with open(self.path("net.cfg"), encoding="ascii") as file:
            first, rest = file.read().split("[convolutional]", 1)
        between = "[convolutional]" + rest.replace("[convolutional]", "[upsample]\nstride=2\n\n[convolutional]", 1)
        self.write("net.cfg", (first + between.split("[connected]")[0]).encode())
        ran = self.run_it(layer="leaky_3")
        self.assertEqual(ran.returncode, 1)
        way = re.search(r"layer (\S+) is a (\S+) that cannot be turned into one that learns; give --train-from (\S+) "
                        "or a layer behind it", ran.stderr)
        self.assertTrue(way, ran.stderr)
        self.assertEqual(len(ran.stderr.strip().split("cnnpool-finetune: ")), 2, ran.stderr)
        self.trained(layer="leaky_3", train_from=way[3], max_iter=2)
        self.assertEqual(set(self.arrays("tuned.npz")), {way[3] + ".0", way[3] + ".1"})

    def test_wrong_lists(self):
        photos = "some photos/train "
        for text, sentence in (
            ("", "names 0 photos"),
            (photos + "00.ppm red\n", "expected a number of 0 or more"),
            (photos + "00.ppm 0\n" + photos + "01.ppm 0\n", "2 photos of 1 class"),
            (2 * (photos + "00.ppm 0\n"), "is in line 1 already"),
            (photos + "00.ppm 0\n" + photos + "01.ppm 0\n" + photos + "10.ppm 1\n",
             "class 1 (green) has 1 photo, --loss triplet needs at least 2"),
            (photos + "00.ppm 0\n" + photos + "01.ppm 0\ntext.jpg 1\nnone.jpg 1\n", "text.jpg is no picture"),
            (photos + "00.ppm 0\n" + photos + "01.ppm 0\nnone.jpg 1\ntext.jpg 1\n", "none.jpg cannot be read"),
        ):
            self.write("text.jpg", b"this is no photo")
            self.write("list.txt", text.encode())
            ran = self.run_it(train=self.path("list.txt"))
            self.assertEqual(ran.returncode, 1, text)
            self.assertIn(sentence, ran.stderr)
        self.write("list.txt", b"some photos/val 00.ppm 0\nsome photos/val 10.ppm 1\n")
        self.assertIn("--val: none of 2 photos has another one", self.run_it(val=self.path("list.txt")).stderr)
        self.write("list.txt", b"some photos/val 00.ppm 0\ntext.jpg 0\n")
        self.assertIn("--val: ", self.run_it(val=self.path("list.txt")).stderr)

    def test_a_run_that_fails_keeps_what_it_has(self):
        self.trained(snapshot=10)
        kept = {name: self.arrays(name) for name in ("tuned.npz", "tuned.snapshot.npz")}
        resume = {"resume": self.path("tuned.snapshot.npz"), "max_iter": 60}
        for rate, momentum in (("1e30", 0.9), ("300", 0)):
            ran = self.run_it(base_lr=rate, momentum=momentum, **resume)
            self.assertEqual(ran.returncode, 1, ran.stdout)
            self.assertRegex(ran.stderr, r"(the loss is .*nan|collapsed|no number).* in iteration \d+.*"
                                         r"tuned.npz holds the best state, iteration \d+, mAP \d")
        self.assertRegex(self.run_it(base_lr="1e30", out=self.path("first.npz")).stderr,
                         "first.npz is not written yet")
        for name, arrays in kept.items():
            for key, array in self.arrays(name).items():
                np.testing.assert_array_equal(array, arrays[key])
        with open(self.path("train.txt"), encoding="ascii") as file:
            photos = file.read().splitlines()
        self.write("other.txt", "".join(f"{line[:-1]}{(int(line[-1]) + 1) % 3}\n" for line in photos).encode())
        for options, sentence in (
            ({"loss": "classification"}, "loss triplet, 3 classes"),
            ({"seed": 7}, "seed 1024, this is network"),
            ({"train": self.path("other.txt")}, "is a snapshot of network"),
            ({"out": self.path("elsewhere.npz")}, "elsewhere.npz, which would hold it, is not there"),
            ({"train_from": "conv_1"}, "learning from conv_0, loss triplet"),
            ({"input_scale": "0.5"}, "is a snapshot of network"),
        ):
            ran = self.run_it(**{**resume, **options})
            self.assertEqual(ran.returncode, 1)
            self.assertIn(sentence, ran.stderr)
        self.assertIn("is no snapshot of cnnpool-finetune", self.run_it(resume=self.path("tuned.npz")).stderr)
        self.assertIn("--max-iter: 15, the snapshot is of iteration 20",
                      self.run_it(**{**resume, "max_iter": 15}).stderr)

    def test_a_dead_network_is_told(self):
        with open(self.path("net.weights"), "r+b") as file:
            file.seek(20)
            file.write(bytes(4 * (8 + 8 * 27 + 12 + 12 * 8 * 9)))
        ran = self.run_it()
        self.assertEqual(ran.returncode, 1)
        self.assertIn("the network is dead in iteration 0: of the validation photos 24 are all alike", ran.stderr)
        ran = self.study()
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("leaky_2 gem: 24 are all alike (cosines of at least 1.000000); ties go by the order", ran.stderr)

    def test_a_full_disk(self):
        def full():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

        self.trained(max_iter=5)  # fills the cache
        before = self.arrays("tuned.npz")
        ran = self.run_it(limits=full, train_from=None, max_iter=10)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("cannot be written: File too large", ran.stderr)
        for key, array in self.arrays("tuned.npz").items():
            np.testing.assert_array_equal(array, before[key])
        self.assertFalse([name for name in os.listdir(self.folder) if name.endswith(".part")])
        self.write("other.csv", b"my,own,table\n")
        self.assertIn("other.csv is there, and no earlier run wrote it", self.run_it(out=self.path("other.npz")).stderr)

    def test_parameters_that_do_not_fit(self):
        good = np.zeros((8, 3, 3, 3), np.float32)
        for arrays, sentence in (
            ({"conv_9.0": good}, "has numbers of \"conv_9\", a layer that is not there"),
            ({"conv_0.2": good}, "conv_0.2: the layer has 2 blobs"),
            ({"conv_0": good}, "has an array \"conv_0\", expected LAYER.INDEX"),
            ({"conv_0.0": good[:7]}, "conv_0.0 is 7 x 3 x 3 x 3 of float32, the network's is 8 x 3 x 3 x 3"),
            ({"conv_0.0": good.astype(float)}, "of float64, the network's is"),
        ):
            np.savez(self.path("wrong.npz"), **arrays)
            photo = self.path("some photos", "val 00.ppm")
            for ran in (self.study("--parameters", self.path("wrong.npz")),
                        forked.run([WINDOWS, "--parameters", self.path("wrong.npz"), self.path("net.cfg"),
                                    self.path("net.weights"), "leaky_2", "32", photo, photo])):
                self.assertEqual(ran.returncode, 1)
                self.assertIn(sentence, ran.stderr)
        self.assertIn("net.cfg", self.study("--parameters", self.path("net.cfg")).stderr)


if __name__ == "__main__":
    finetune_case.PROGRAM, finetune_case.STUDY, WINDOWS = sys.argv[1:4]
    study_case.PROGRAM = finetune_case.STUDY
    unittest.main(argv=sys.argv[:1])
