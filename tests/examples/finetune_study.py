#!/usr/bin/env python3
"""The study's path on a small network in the shape of VGG16: photos, lists, fc6 before and after, 128-d PCA.

    finetune_study.py DATASET FINETUNE STUDY GAIN CAFFE_PROTO

The network has random weights and is written as the published one is: the old `layers { }` form, fc6, relu6 and drop6
in place, a last layer of another number of classes, which the training replaces.
"""
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy
from PIL import Image

import forked

SEED = int(os.environ.get("CNNPOOL_TEST_SEED", "1"))
PROGRAMS = {}
RECORDS = None
CONVOLUTION, INNER_PRODUCT = 4, 14  # Caffe's numbers of these layers in the old form

V1 = """syntax = "proto2";
package cnnpool_v1;
import "caffe.proto";
message Layer { optional string name = 4; optional int32 type = 5; repeated cnnpool_caffe.BlobProto blobs = 6; }
message Net { optional string name = 1; repeated Layer layers = 2; }
"""


def vgg_shape(folder):
    """Five blocks of convolutions and pooling, fc6, fc7, fc8: net.prototxt and net.caffemodel."""
    random = numpy.random.RandomState(SEED)
    net = RECORDS.Net()
    text = "name: 'vgg_shape'\ninput: 'data'\n" + "".join(f"input_dim: {d}\n" for d in (1, 3, 64, 64))
    top, channels = "data", 3

    def layer(name, kind, bottom, here, more=""):
        nonlocal text
        text += f"layers {{ bottom: '{bottom}' top: '{here}' name: '{name}' type: {kind} {more} }}\n"

    def weights(name, kind, shape):
        stored = net.layers.add(name=name, type=kind)
        values = random.normal(0, numpy.sqrt(2 / numpy.prod(shape[1:])), shape).astype(numpy.float32)
        stored.blobs.add(num=shape[0] if len(shape) == 4 else 1, channels=shape[1] if len(shape) == 4 else 1,
                         height=shape[-2], width=shape[-1], data=values.ravel())
        stored.blobs.add(num=1, channels=1, height=1, width=shape[0], data=numpy.zeros(shape[0], numpy.float32))

    for block, (width, count) in enumerate(((6, 2), (8, 2), (12, 3), (24, 3), (48, 3)), 1):
        for i in range(1, count + 1):
            name = f"conv{block}_{i}"
            layer(name, "CONVOLUTION", top, name, f"convolution_param {{ num_output: {width} pad: 1 kernel_size: 3 }}")
            layer(f"relu{block}_{i}", "RELU", name, name)
            weights(name, CONVOLUTION, (width, channels, 3, 3))
            top, channels = name, width
        layer(f"pool{block}", "POOLING", top, f"pool{block}", "pooling_param { pool: MAX kernel_size: 2 stride: 2 }")
        top = f"pool{block}"
    inputs = channels * 2 * 2
    for name, outputs in (("fc6", 160), ("fc7", 160), ("fc8", 10)):
        layer(name, "INNER_PRODUCT", top, name, f"inner_product_param {{ num_output: {outputs} }}")
        weights(name, INNER_PRODUCT, (outputs, inputs))
        if name != "fc8":
            layer("relu" + name[2], "RELU", name, name)
            layer("drop" + name[2], "DROPOUT", name, name, "dropout_param { dropout_ratio: 0.5 }")
        top, inputs = name, outputs
    with open(os.path.join(folder, "net.prototxt"), "w", encoding="utf-8") as file:
        file.write(text)
    with open(os.path.join(folder, "net.caffemodel"), "wb") as file:
        file.write(net.SerializeToString())


class TheStudysPath(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="cnnpool_finetune_")
        self.addCleanup(shutil.rmtree, self.folder)
        random = numpy.random.RandomState(SEED)
        y, x = numpy.mgrid[0:80, 0:80]
        for label, name in enumerate(("arch", "bridge", "column")):
            os.makedirs(os.path.join(self.folder, "photos", name))
            for i in range(75):  # stripes of three directions, of any colour, anywhere, under noise
                along = (x, y, x + y)[label] + random.uniform(0, 40)
                stripes = numpy.sin(along * random.uniform(.35, .6))[..., None] * random.uniform(20, 60, 3)
                pixels = numpy.clip(random.uniform(90, 160, 3) + stripes + random.normal(0, 25, (80, 80, 3)), 0, 255)
                Image.fromarray(pixels.astype(numpy.uint8)).save(
                    os.path.join(self.folder, "photos", name, f"{i:02}.png"))
        vgg_shape(self.folder)
        self.network = ("--model", "net.prototxt", "--weights", "net.caffemodel", "--input-scale", ".02")

    def run_it(self, program, *arguments, code=0):
        ran = forked.run([PROGRAMS[program], *arguments], cwd=self.folder)
        self.assertEqual(ran.returncode, code, f"{program} {arguments}: {ran.stdout}{ran.stderr}")
        return ran.stdout

    def table(self, folder):
        with open(os.path.join(self.folder, folder, "study.csv"), newline="", encoding="utf-8") as file:
            return {(row["layer"], row["projection"]): float(row["map_percent"]) for row in csv.DictReader(file)}

    def as_groups(self, name):
        """The photos of a list as the study reads them."""
        os.makedirs(os.path.join(self.folder, name, "jpg"))
        with open(os.path.join(self.folder, name + ".txt"), encoding="utf-8") as lines, \
             open(os.path.join(self.folder, name, "groups.txt"), "w", encoding="utf-8") as groups:
            for i, line in enumerate(lines):
                path, label = line.rsplit(" ", 1)
                os.symlink(os.path.join(self.folder, path), os.path.join(self.folder, name, "jpg", f"{i}.png"))
                groups.write(f"{i}.png {label}")

    def test_fc6_before_and_after(self):
        self.run_it("dataset", "check", "photos")
        self.run_it("dataset", "split", "photos")
        self.run_it("dataset", "mean", "train.txt", "--size", 64, "--out", "mean.npy")
        for name in ("train", "val"):
            self.as_groups(name)
        studied = (*self.network, "--mean-image", "mean.npy", "--photos", "val", "--truth", "groups:val/groups.txt",
                   "--layers", "fc6,fc6+relu,fc7", "--side", 64, "--train", "train", "--cache", "cache")
        self.run_it("study", *studied, "--out", "before")
        print(self.run_it("finetune", *self.network, "--mean-image", "mean.npy", "--train", "train.txt", "--val",
                          "val.txt", "--layer", "fc7", "--train-from", "conv3_1", "--loss", "classification", "--size",
                          72, "--crop", 64, "--side", 64, "--mirror", "--base-lr", ".001", "--batch", 27, "--max-iter",
                          100, "--test-interval", 25, "--threads", 1))
        self.run_it("study", *studied, "--parameters", "tuned.npz", "--out", "after")
        before, after = self.table("before"), self.table("after")
        print({row: (before[row], after[row]) for row in before})
        # 135 photos to learn the projection from, of fc6's 192 inputs: 128 dimensions can be fitted.
        for row in (("fc6", "none"), ("fc6", "pca"), ("fc6+relu", "none"), ("fc7", "none")):
            self.assertGreater(after[row], before[row] + 3, row)
        said = self.run_it("gain", "--before", "before", "--after", "after", "--log", "tuned.csv", "--out", "gain")
        self.assertIn("| fc6 | none | PCA 128 |", said)
        for name in ("gain.csv", "gain.md", "learning.png"):
            self.assertTrue(os.path.getsize(os.path.join(self.folder, "gain", name)) > 0)


if __name__ == "__main__":
    for program, path in zip(("dataset", "finetune", "study", "gain"), sys.argv[1:5]):
        PROGRAMS[program] = os.path.abspath(path)
    print(f"seed {SEED} (CNNPOOL_TEST_SEED)")
    with tempfile.TemporaryDirectory() as made:
        shutil.copy(sys.argv[5], os.path.join(made, "caffe.proto"))
        with open(os.path.join(made, "v1.proto"), "w", encoding="utf-8") as proto:
            proto.write(V1)
        subprocess.run(["protoc", f"--proto_path={made}", f"--python_out={made}", os.path.join(made, "caffe.proto"),
                        os.path.join(made, "v1.proto")], check=True)
        sys.path.insert(0, made)
        import v1_pb2 as RECORDS  # noqa: N812
        del sys.argv[1:6]
        unittest.main(verbosity=2)
