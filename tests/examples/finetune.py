#!/usr/bin/env python3
"""cnnpool-finetune on photos and a network that this test makes, and its layers against OpenCV's for the real networks
where there are some.

    finetune.py PROGRAM STUDY OPENCV_FRAME MOP_WINDOWS SHARED_DATA
"""
import os
import shutil
import sys
import unittest

import numpy as np

import finetune_case
import forked
import study_case
from finetune_case import picture

FRAME = WINDOWS = DATA = ""


class Finetune(finetune_case.FinetuneCase):
    def test_triplet_learns_and_goes_back_into_the_study(self):
        ran = self.trained(max_iter=200, test_interval=20)
        rows = self.rows()
        self.assertEqual([int(r["iteration"]) for r in rows], list(range(0, 201, 20)))
        self.assertEqual(rows[0]["loss"], "")
        self.assertEqual(float(rows[1]["epoch"]), 10)
        best = max(float(r["val_map_percent"]) for r in rows[1:])
        self.assertGreater(best, float(rows[0]["val_map_percent"]) + 5)
        self.assertLess(float(rows[-1]["loss"]), 0.7 * float(rows[1]["loss"]))
        self.assertNotEqual(float(rows[-1]["p"]), 3)
        self.assertIn(f"mAP {best:.2f}", ran.stdout)
        shapes = {name: array.shape for name, array in self.arrays("tuned.npz").items()}
        self.assertEqual(shapes, {"conv_0.0": (8, 3, 3, 3), "conv_0.1": (1, 8), "conv_1.0": (12, 8, 3, 3),
                                  "conv_1.1": (1, 12)})
        # The study finds the same figure with these numbers, the old one without, and never the cache of the other.
        for _ in range(2):
            for options, row in (((), rows[0]), (("--parameters", self.path("tuned.npz")),
                                                 max(rows[1:], key=lambda r: float(r["val_map_percent"])))):
                ran = self.study(*options)
                self.assertEqual(ran.returncode, 0, ran.stderr)
                self.assertAlmostEqual(self.study_map(), float(row["val_map_percent"]), places=2)

    def test_classification_learns(self):
        self.trained(loss="classification", max_iter=250, test_interval=50)
        rows = self.rows()
        self.assertLess(float(rows[-1]["loss"]), 0.8 * np.log(3))
        self.assertGreater(max(float(r["accuracy_percent"]) for r in rows[1:]), 50)
        self.assertEqual(rows[-1]["p"], "")

    def test_a_fully_connected_layer_learns(self):
        self.trained(layer="relu_3", size=32, train_from="fullyConnected_2")
        shapes = {name: array.shape for name, array in self.arrays("tuned.npz").items()}
        self.assertEqual(shapes, {"fullyConnected_2.0": (16, 768), "fullyConnected_2.1": (1, 16)})
        self.assertEqual(self.study("--parameters", self.path("tuned.npz"), layer="relu_3").returncode, 0)
        self.assertAlmostEqual(self.study_map(), max(float(r["val_map_percent"]) for r in self.rows()[1:]), places=2)

    def test_a_run_that_is_resumed_has_the_same_bits(self):
        for name, options in (("triplet", {"augment": True, "train_from": "conv_1"}),
                              ("classes", {"loss": "classification"}), ("kept", {"views": 3, "train_from": "conv_1"}),
                              ("phases", {"loss": "classification", "phases": 2, "head_iter": 7})):
            whole, parts = self.path(name + "-whole.npz"), self.path(name + "-parts.npz")
            self.trained(out=whole, **options)
            self.trained(out=parts, max_iter=10, **options)
            self.trained(out=parts, resume=self.path(name + "-parts.snapshot.npz"), **options)
            for ending in (".npz", ".snapshot.npz"):
                a, b = (self.arrays(f"{name}-{part}{ending}") for part in ("whole", "parts"))
                self.assertEqual(set(a), set(b))
                for key, array in a.items():
                    if key == "progress":  # its last number is the time
                        np.testing.assert_array_equal(array[0, :-1], b[key][0, :-1])
                    else:
                        np.testing.assert_array_equal(array, b[key], err_msg=name + " " + key)
            a, b = ([{**r, "seconds": ""} for r in self.rows(f"{name}-{part}.csv")] for part in ("whole", "parts"))
            self.assertEqual(a, b)

    def test_the_rate_goes_on_as_in_caffe(self):
        base, last = 1e-4, 8
        for options, formula in (
            ({"lr_policy": "fixed"}, lambda i: 1),
            ({"gamma": .5, "stepsize": 3}, lambda i: .5 ** (i // 3)),
            ({"lr_policy": "exp", "gamma": .9}, lambda i: .9 ** i),
            ({"lr_policy": "inv", "gamma": .2, "power": .75}, lambda i: (1 + .2 * i) ** -.75),
            ({"lr_policy": "multistep", "gamma": .1, "stepvalue": "2,5"}, lambda i: .1 ** ((i >= 2) + (i >= 5))),
            ({"lr_policy": "poly", "power": 2}, lambda i: (1 - i / last) ** 2),
            ({"lr_policy": "poly"}, lambda i: 1 - i / last),
            ({"lr_policy": "sigmoid", "gamma": -.7, "stepsize": 4}, lambda i: 1 / (1 + np.exp(.7 * (i - 4)))),
        ):
            self.trained(base_lr=base, max_iter=last, test_interval=1, loss="classification", **options)
            rates = [float(row["rate"]) for row in self.rows()]
            np.testing.assert_allclose(rates, [base * formula(i) for i in range(last + 1)], rtol=1e-5, atol=1e-12,
                                       err_msg=str(options))

    def test_photos_that_validate_what_they_taught_are_told(self):
        self.assertNotIn("warning", self.trained(max_iter=1).stderr)
        for copy, said in (("some photos/train 00.ppm", "(some photos/train 00.ppm)"),
                           ("copy.ppm", "(copy.ppm is some photos/train 00.ppm)")):
            if copy == "copy.ppm":
                shutil.copy(self.path("some photos", "train 00.ppm"), self.path(copy))
            with open(self.path("val.txt"), "rb") as file:
                self.write("more.txt", file.read() + copy.encode() + b" 0\n")
            ran = self.trained(max_iter=1, val=self.path("more.txt"))
            self.assertIn("cnnpool-finetune: warning: 1 of 25 validation photos are trained on too " + said, ran.stderr)

    def test_what_a_decoder_prints_stands_in_a_sentence(self):
        try:
            from PIL import Image
        except ImportError:
            print("skipped: example_finetune on damaged photos: Pillow is not installed")
            self.skipTest("no Pillow")
        Image.fromarray(picture(0, 50, 64).astype(np.uint8)).save(self.path("whole.jpg"))
        with open(self.path("whole.jpg"), "rb") as file:
            whole = file.read()
        lists = {}
        for name in ("train", "val"):
            self.write(f"cut {name}.jpg", whole[:len(whole) * 2 // 3 + len(name)] + b"\xff\xd9")
            with open(self.path(name + ".txt"), "rb") as file:
                self.write(name + "-cut.txt", file.read() + f"cut {name}.jpg 0\n".encode())
            lists[name] = self.path(name + "-cut.txt")
        for options in ({}, {"train_from": "conv_1"}):
            ran = self.trained(max_iter=2, memory=1, **lists, **options)
            self.assertNotRegex(ran.stderr, "(?m)^(Corrupt|Premature)")
            for name in ("train", "val"):
                self.assertRegex(ran.stderr, f"cut {name}.jpg is used, and its decoder says: Corrupt JPEG data")

    def test_what_is_frozen_stays(self):
        before = np.fromfile(self.path("net.weights"), "<f4")
        self.trained(train_from="conv_1")
        self.assertEqual(set(self.arrays("tuned.npz")), {"conv_1.0", "conv_1.1"})
        self.trained(loss="classification", phases=2, max_iter=6, head_iter=6, test_interval=6)  # the head alone
        weights = self.arrays("tuned.npz")["conv_0.0"].ravel()
        at = 5 + 8  # the file's head, and the biases
        np.testing.assert_array_equal(weights, before[at:at + weights.size])

    def test_foreign_photos_and_a_mean_image(self):
        self.study()  # makes the folder of the photos and their groups
        os.rename(self.path("groups.txt"), self.path("validation", "groups.txt"))
        mean = np.full((36, 36, 3), 90, np.float32)
        np.save(self.path("mean.npy"), mean)
        np.save(self.path("channels.npy"), mean[0, 0])
        np.save(self.path("planes.npy"), mean.transpose(2, 0, 1).astype(float))
        rows = []
        for options in ({"mean": "90,90,90"}, {"mean_image": self.path("mean.npy")},
                        {"mean_image": self.path("channels.npy")}, {"mean_image": self.path("planes.npy")}):
            self.trained(foreign=self.path("validation"), max_iter=5, **options)
            rows.append([{**r, "seconds": ""} for r in self.rows()])
            self.assertEqual(rows[-1][0]["foreign_map_percent"], rows[-1][0]["val_map_percent"])
        for other in rows[1:]:
            self.assertEqual(rows[0], other)
        np.save(self.path("two.npy"), np.zeros((4, 4, 2)))
        self.assertIn("two.npy is 4 x 4 x 2, expected H x W x 3, 3 x H x W, or 3",
                      self.run_it(mean_image=self.path("two.npy")).stderr)
        # In the study another mean is another cache.
        self.assertEqual(self.study("--mean", "90,90,90").returncode, 0)
        expected = self.study_map()
        for name in ("mean.npy", "channels.npy"):
            self.assertEqual(self.study("--mean-image", self.path(name)).returncode, 0)
            self.assertEqual(self.study_map(), expected)
        self.assertEqual(len(os.listdir(self.path("study-cache"))), 4)

    def test_check(self):
        for options in ({}, {"layer": "relu_3", "size": 32}, {"loss": "classification"}):
            ran = self.run_it(check=True, **options)
            self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
            self.assertIn("0 cannot learn, 0 are wrong", ran.stdout)
            self.assertIn("gradient conv_0.0", ran.stdout)

    def test_layers_of_real_networks(self):
        models = os.path.join(DATA, "models")
        if not os.path.isdir(models):
            print(f"skipped: example_finetune on real networks: {models} is not there")
            self.skipTest("no data")
        squeezenet, darknet = (os.path.join(models, name) for name in ("squeezenet_v1.%d_caffe/squeezenet_v1.%d",
                                                                      "tiny_darknet/tiny"))
        caffe = {"rgb": None, "mean": "104,117,123", "input_scale": None}
        networks = [{"model": squeezenet % (k, k) + ".prototxt", "weights": squeezenet % (k, k) + ".caffemodel",
                     "layer": "fire9/concat", **caffe} for k in (0, 1)]
        networks += [{"model": darknet + ".cfg", "weights": darknet + ".weights", "layer": "leaky_19"}]
        for name, layer in (("resnet18_layer3", "layer3"), ("mobilenet_v1_075", "conv_pw_13_relu")):
            networks += [{"model": os.path.join(models, name + "_onnx", name + ".onnx"), "weights": None,
                          "mean": "127.5,127.5,127.5", "input_scale": "0.00784", "layer": layer}]
        for network in networks:
            ran = self.run_it(check=True, size=64, crop=64, **network)
            self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
            padded = 5 if "mobilenet" in network["model"] else 0
            self.assertIn(f"{padded} cannot learn, 0 are wrong", ran.stdout)
            self.assertIn("gradient ", ran.stdout)


class Examples(finetune_case.FinetuneCase):
    def test_opencv_frame_and_mop_windows_take_parameters(self):
        self.trained(max_iter=5)
        photos = [self.path("some photos", f"val {colour}{number}.ppm") for colour in (0, 1) for number in (0, 1)]
        outputs = []
        for options in ((), ("--parameters", self.path("tuned.npz"))):
            ran = forked.run([WINDOWS, *options, self.path("net.cfg"), self.path("net.weights"), "leaky_2", "32",
                              *photos])
            self.assertEqual(ran.returncode, 0, ran.stderr)
            outputs.append(ran.stdout)
        self.assertNotEqual(*outputs)
        # It reads one file, and a Darknet network is two: without the second there are no numbers to replace.
        for parameters, sentence in (("tuned.npz", "conv_0.0: the layer has 0 blobs"), ("none.npz", "No such file")):
            ran = forked.run([FRAME, "--parameters", self.path(parameters), self.path("net.cfg"), "leaky_2", photos[0],
                              self.path("d.npy")])
            self.assertEqual(ran.returncode, 1)
            self.assertIn(sentence, ran.stderr)


if __name__ == "__main__":
    finetune_case.PROGRAM, finetune_case.STUDY, FRAME, WINDOWS, DATA = sys.argv[1:6]
    study_case.PROGRAM = finetune_case.STUDY
    unittest.main(argv=sys.argv[:1])
