#!/usr/bin/env python3
"""cnnpool-finetune on photos and a network that this test makes, and its layers against OpenCV's for the real networks
where there are some.

    finetune.py PROGRAM STUDY OPENCV_FRAME MOP_WINDOWS SHARED_DATA
"""
import os
import resource
import signal
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

    def test_wrong_options(self):
        for options, sentence in (
            ({"model": None}, "--model: no network is named"),
            ({"layer": "leaky_9"}, "has no layer \"leaky_9\""),
            ({"train_from": "relu_3"}, "\"relu_3\" is none of the 4 layers that leaky_2 is made of"),
            ({"train_from": "leaky_2"}, "the 1 layers from leaky_2 to leaky_2 have no numbers to learn"),
            ({"loss": "contrastive"}, "--loss: \"contrastive\", expected triplet or classification"),
            ({"device": "cuda:0"}, "--device: cuda:0: this libtorch has no CUDA"),
            ({"device": "abacus"}, "--device: \"abacus\", expected cpu or cuda:0"),
            ({"crop": 40}, "--size: 36 pixels are smaller than the --crop of 40"),
            ({"crop": 40, "size": 0}, "train 00.ppm is 36 x 36, smaller than the --crop of 40"),
            ({"out": self.path("none", "tuned.npz")}, "none is no folder"),
            ({"out": self.path("tuned.bin")}, "expected a name that ends in .npz"),
            ({"train": self.path("none.txt")}, "none.txt cannot be opened"),
            ({"batch": 3}, "--batch: 3, --loss triplet needs at least 4"),
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
