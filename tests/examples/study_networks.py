#!/usr/bin/env python3
"""cnnpool-study and its networks: layers that a library may fuse, dropout, what is wrong with files, options and names,
preprocessing by words, sizes and levels.

    study_networks.py PROGRAM SHARED_DATA
"""
import csv
import os
import subprocess
import sys
import unittest

import numpy as np

import caffe_network
import study_case
from study_case import picture, ppm

DATA = ""


class StudyNetworks(study_case.StudyCase):
    def caffe(self, layers, *options, code=0, out="caffe", weights=True, truth=None):
        command = self.command("--policies", "sum", *options, layers=layers, out=out, truth=truth)
        at = command.index("--model")
        command[at:at + 4] = ["--model", self.path("net.prototxt")]
        if weights:
            command += ["--weights", self.path("net.caffemodel")]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(ran.returncode, code, ran.stderr)
        return ran

    def descriptors(self, layer, *options):
        self.caffe(layer, *options, truth="none", out="one")
        return np.load(self.path("one", "descriptors.npy"))

    def refuses(self, sentence, ran):
        self.assertEqual(ran.returncode, 1, ran.stdout + ran.stderr)
        self.assertEqual(ran.stderr.count("\n"), 1, ran.stderr)
        self.assertIn(sentence, ran.stderr)
        for word in ("Assertion", "error:", ".cpp"):
            self.assertNotIn(word, ran.stderr)
        self.assertEqual(os.path.exists(self.path("out")), False)

    def test_a_relu_in_front_of_a_concat(self):
        """OpenCV 4.6 computes it in the Concat's memory where layers are fused, and gives who asks for it something
        else."""
        numbers = caffe_network.make(self.folder)
        layers = "relu_expand1,expand1+relu,relu_expand3,expand3+relu,concat,relu1,conv1+relu"
        self.caffe(layers, "--cache", self.path("cache"))
        rows = self.rows("caffe")
        for after, before in (("relu_expand1", "expand1"), ("relu_expand3", "expand3"), ("relu1", "conv1")):
            self.assertEqual(rows[after, "sum", "none"]["map_percent"],
                             rows[before + "+relu", "sum", "none"]["map_percent"])
        found = {}
        for folder, _, files in os.walk(self.path("cache")):
            layer = os.path.basename(folder).split("-")[0]
            for file in files:
                found.setdefault(file, {})[layer] = np.load(os.path.join(folder, file))[0]
        self.assertEqual(len(found), 8)
        weights, bias = numbers["expand1"]
        for maps in found.values():
            pooled = np.maximum(maps["conv1"], 0).reshape(4, 8, 4, 8, 4).max((2, 4))
            expand1 = np.einsum("oc,chw->ohw", weights[:, :, 0, 0], pooled) + bias[:, None, None]
            np.testing.assert_allclose(maps["expand1"], expand1, atol=1e-4)
            np.testing.assert_allclose(maps["relu_expand1"], np.maximum(expand1, 0), atol=1e-4)
            np.testing.assert_array_equal(maps["concat"], np.concatenate([maps["relu_expand1"], maps["relu_expand3"]]))
            self.assertLess(maps["expand1"].min(), 0)

    def test_dropout(self):
        # In place, as a network is trained, it is the identity, and so is the ReLU's own output.
        caffe_network.make(self.folder)
        for number in "67":
            np.testing.assert_array_equal(self.descriptors("drop" + number), self.descriptors("relu" + number))
        before = self.descriptors("fc7")
        self.assertLess(before.min(), 0)
        self.assertGreaterEqual(self.descriptors("drop7").min(), 0)
        # Rewired with drop7 on fc7: the identity again, but of the values before the ReLU.
        caffe_network.make(self.folder, rewired=True)
        np.testing.assert_array_equal(self.descriptors("drop6"), self.descriptors("relu6"))
        np.testing.assert_allclose(self.descriptors("drop7"), self.descriptors("fc7"), atol=1e-6)
        self.assertGreater(np.abs(self.descriptors("drop7") - self.descriptors("relu7")).max(), 0.1)

    def test_files_that_are_wrong(self):
        caffe_network.make(self.folder)
        self.refuses("net.prototxt says how the network is built, its numbers are in a .caffemodel file: give it as "
                     "--weights", self.caffe("conv1", weights=False, code=1, out="out"))
        command = self.command(layers="relu_1")
        at = command.index("--weights")
        self.refuses("net.cfg says how the network is built, its numbers are in a .weights file",
                     subprocess.run(command[:at] + command[at + 2:], capture_output=True, text=True, check=False))
        for name, model in (("net.caffemodel", ["--model", "net.prototxt", "--weights", "net.caffemodel"]),
                            ("net.weights", ["--model", "net.cfg", "--weights", "net.weights"])):
            with open(self.path(name), "rb") as file:
                data = file.read()
            for cut, sentence in ((len(data) // 2, "cannot read" if "caffe" in name else "ends too early"),
                                  (0, "is empty")):
                with open(self.path(name), "wb") as file:
                    file.write(data[:cut])
                at = command.index("--model")
                given = [m if m.startswith("--") else self.path(m) for m in model]
                self.refuses(sentence, subprocess.run(command[:at] + given + command[at + 4:], capture_output=True,
                                                      text=True, check=False))
            with open(self.path(name), "wb") as file:
                file.write(data)
        onnx = os.path.join(DATA, "models", "resnet18_layer3_onnx", "resnet18_layer3.onnx")
        if not os.path.exists(onnx):
            print(f"skipped: example_study_networks on a truncated ONNX file: {onnx} is not there")
            return
        with open(onnx, "rb") as whole, open(self.path("cut.onnx"), "wb") as file:
            file.write(whole.read()[:100000])
        at = command.index("--model")
        self.refuses("network: OpenCV cannot read " + self.path("cut.onnx") + " (100000 bytes): truncated, damaged, or",
                     subprocess.run(command[:at] + ["--model", self.path("cut.onnx")] + command[at + 4:],
                                    capture_output=True, text=True, check=False))

    def test_names_of_layers_come_first(self):
        os.remove(self.path("photos", "00.ppm"))
        self.refuses('has no layer "relu1" among its 6; nearest are "relu_1", "relu_3", "conv_1"; --list-layers shows',
                     self.run_it(layers="conv_1,relu1"))

    def test_preprocessing_by_words(self):
        def numbers(*options):
            self.run_plain(*options)
            return np.load(self.path("plain", "descriptors.npy"))
        for word, same in (("torchvision", ("--rgb", "--mean", "123.675,116.28,103.53", "--deviation",
                                            "58.395,57.12,57.375")),
                           ("caffe", ("--mean", "103.939,116.779,123.68")),
                           ("minus-one-one", ("--rgb", "--mean", "127.5,127.5,127.5", "--deviation",
                                              "127.5,127.5,127.5"))):
            np.testing.assert_allclose(numbers("--preprocess", word), numbers(*same), atol=1e-5, err_msg=word)
        for options, sentence in (
                (("--preprocess", "imagenet"), '--preprocess: "imagenet", expected torchvision (RGB'),
                (("--preprocess", "caffe", "--rgb"), "--preprocess"),
                (("--input-scale", "0"), "--input-scale is 0, expected a finite number other than 0"),
                (("--input-scale", "nan"), "--input-scale is nan, expected a finite"),
                (("--mean", "1,nan,3"), "a mean is not finite: 1, nan, 3"),
                (("--input-scale", "1e38"), "net gives features of 0 of 8 photos; 00.ppm: a layer gives numbers that "
                                            "are not finite"),
                (("--mean", "0.485,0.456,0.406"),
                 "the means are 0.485, 0.456, 0.406, expected those of pixels from 0 to 255")):
            ran = self.run_plain(*options, code=1)
            self.assertIn(sentence, ran.stderr)

    def test_a_mean_image_of_caffe(self):
        mean = np.random.default_rng(3).uniform(90, 140, (1, 3, 8, 8)).astype(np.float32)
        np.save(self.path("mean.npy"), mean)
        head = b"".join(bytes([8 * (i + 1)]) + caffe_network.varint(n) for i, n in enumerate(mean.shape))
        with open(self.path("mean.binaryproto"), "wb") as file:
            file.write(head + caffe_network.data(5, mean.tobytes()))
        found = []
        for name in ("mean.npy", "mean.binaryproto"):
            self.run_plain("--mean-image", self.path(name))
            found.append(np.load(self.path("plain", "descriptors.npy")))
        np.testing.assert_array_equal(*found)
        for data in (b"no mean", head, head[:2] + b"\x10\1" + head[4:] + caffe_network.data(5, mean.tobytes()[:256])):
            with open(self.path("mean.binaryproto"), "wb") as file:
                file.write(data)
            ran = self.run_plain("--mean-image", self.path("mean.binaryproto"), code=1)
            self.assertIn("mean.binaryproto is neither a .npy file nor a mean image of Caffe with 3 channels",
                          ran.stderr)
        for value, sentence in ((np.nan, "mean.npy holds numbers that are not finite"),
                                (.5, "mean.npy holds means from 0.5 to 0.5, expected those of pixels from 0 to 255")):
            np.save(self.path("mean.npy"), np.full(3, value, np.float32))
            self.assertIn(sentence, self.run_plain("--mean-image", self.path("mean.npy"), code=1).stderr)

    def run_plain(self, *options, code=0):
        command = self.command("--policies", "sum", layers="relu_1", out="plain", truth="none")
        at = command.index("--rgb")
        ran = subprocess.run(command[:at] + command[at + 3:] + list(options), capture_output=True, text=True,
                             check=False)
        self.assertEqual(ran.returncode, code, ran.stderr)
        return ran

    def test_levels_sizes_and_whitened_regions(self):
        policies = ("rmac", "rmac1", "rmac2", "rmac4", "rmac-whitened")
        ran = self.run_it("--policies", ",".join(policies), layers="conv_1,conv_1+relu", side="16,32,0")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        with open(self.path("out", "study.csv"), encoding="ascii", newline="") as file:
            rows = {(r["network"], r["layer"], r["policy"]): r for r in csv.DictReader(file)
                    if r["projection"] == "none"}
        self.assertEqual(len(rows), 3 * 2 * 5)
        self.assertEqual(rows["net@16", "conv_1", "rmac"]["map"], "12x4x4")
        for policy in ("rmac1", "rmac-whitened"):
            self.assertEqual(rows["net@32", "conv_1", policy]["map_percent"],
                             rows["net@full", "conv_1", policy]["map_percent"])
        self.assertEqual(rows["net@32", "conv_1", "rmac-whitened"]["dimensions"], "4")
        # One level of a square map is one region, the whole map.
        found = []
        for policy in ("max", "rmac1", "rmac2"):
            self.assertEqual(self.run_it("--policies", policy, layers="conv_1", truth="none", out=policy).returncode, 0)
            found.append(np.load(self.path(policy, "descriptors.npy")))
        np.testing.assert_allclose(found[0], found[1], atol=1e-6)
        self.assertGreater(np.abs(found[0] - found[2]).max(), 1e-3)
        self.assertIn("--side: 32 twice", self.run_it(side="32,32").stderr)

    def test_regions_whitened_as_numpy_does(self):
        ran = self.run_it("--policies", "rmac-whitened", "--cache", self.path("cache"), layers="conv_1", truth="none",
                          dimensions=5)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        maps = {}
        for folder, _, files in os.walk(self.path("cache")):
            for file in files:
                maps[file.removesuffix(".npy")] = np.load(os.path.join(folder, file))[0].astype(np.float64)
        photos = []
        for name in sorted(os.listdir(self.path("photos"))):
            with open(self.path("photos", name), "rb") as file:
                photos.append(maps[study_case.fingerprint(file.read() + bytes(32))])

        def regions(x):
            out = []
            for level in (1, 2, 3):  # of a square map
                size = 2 * len(x[0]) // (level + 1)
                starts = [int(np.floor(k * (len(x[0]) - size) / max(level - 1, 1))) for k in range(level)]
                out += [x[:, i:i + size, j:j + size].max((1, 2)) for i in starts for j in starts]
            return np.array([r / np.linalg.norm(r) for r in out])
        rows = np.concatenate([regions(x) for x in photos])
        mean = rows.mean(0)
        values, vectors = (part[..., -5:] for part in np.linalg.eigh(np.cov(rows.T, bias=True)))
        got = np.load(self.path("out", "descriptors.npy"))
        expected = []
        for x in photos:
            y = (regions(x) - mean) @ (vectors / np.sqrt(values))
            d = (y / np.linalg.norm(y, axis=1, keepdims=True)).sum(0)
            expected.append(d / np.linalg.norm(d))
        np.testing.assert_allclose(got @ got.T, np.array(expected) @ np.array(expected).T, atol=1e-3)

    def test_one_photo_at_two_sizes(self):
        with open(self.path("photo.ppm"), "wb") as file:
            file.write(ppm(np.kron(picture(0, 1), np.ones((4, 4, 1)))))
        command = self.command("--compare-sizes", self.path("photo.ppm"), layers="conv_1,conv_1+relu", side="32,64")
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        rows = {tuple(line.split()[:3]): [float(x) for x in line.split()[4:]] for line in ran.stdout.splitlines()[1:]}
        self.assertEqual(len(rows), 2 * 2 * 2)
        for layer in ("conv_1", "conv_1+relu"):
            self.assertEqual(rows[layer, "sum", "32"][1:], [1, 1])
            # Four times the positions: the sum is about four times as long, and the average, and both directions, stay.
            self.assertAlmostEqual(rows[layer, "sum", "64"][1] / rows[layer, "average", "64"][1], 4, places=2)
            self.assertEqual(rows[layer, "sum", "64"][2], rows[layer, "average", "64"][2])
        self.assertGreater(rows["conv_1+relu", "sum", "64"][2], 0.9)
        self.assertFalse(os.path.exists(self.path("out")))
        command[command.index("--compare-sizes") + 1] = self.path("none.jpg")
        self.refuses("none.jpg is not there", subprocess.run(command, capture_output=True, text=True, check=False))


if __name__ == "__main__":
    study_case.PROGRAM, DATA = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
