"""The examples with a network: frame.py PROGRAM FRAMEWORK. They store a frame's descriptor, find the same frame again,
and tell another one. The model is two convolutions."""
import os
import random
import re
import subprocess
import sys
import tempfile

from onnx_bytes import file_of, integers, node, tensor, value


def model():
    pads, kernel = integers("pads", (1, 1, 1, 1)), integers("kernel_shape", (3, 3))  # OpenCV does not infer it
    nodes = [node("Conv", ("image", "w1"), "conv1", (pads, kernel, integers("strides", (2, 2)))),
             node("Relu", ("conv1",), "relu1"),
             node("Conv", ("relu1", "w2"), "conv2", (pads, kernel)),
             node("Relu", ("conv2",), "relu2")]
    tensors = [tensor("w1", (16, 3, 3, 3)), tensor("w2", (24, 16, 3, 3))]
    return file_of(nodes, tensors, [value("image", (1, 3, "h", "w"))], [value("relu2", (1, 24, "oh", "ow"))], opset=13)


random.seed(1)
program, framework = sys.argv[1:3]
with tempfile.TemporaryDirectory() as folder:
    def path(name):
        return os.path.join(folder, name)
    for name in "one.ppm", "two.ppm":
        with open(path(name), "wb") as file:
            file.write(b"P6\n64 48\n255\n" + bytes(random.randrange(256) for _ in range(3 * 64 * 48)))
    with open(path("model.onnx"), "wb") as file:
        file.write(model())

    def run(frame, stored, layer):
        arguments = [] if framework == "libtorch" else [path("model.onnx"), layer]
        done = subprocess.run([program, *arguments, path(frame), path(stored)], capture_output=True, text=True,
                              check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        line = done.stdout.splitlines()[-2]
        found = re.search(r"1 x (\d+) x (\d+) x (\d+): network [0-9.]+ ms, pooling [0-9.]+ ms, (\d+) components", line)
        assert found and found.group(1) == found.group(4), done.stdout
        cosine = re.search(r"cosine to .*: ([-0-9.]+)", done.stdout)
        return cosine and float(cosine.group(1))

    layers = ("-",) if framework == "libtorch" else ("relu2", "conv1")  # an output, an inner layer
    for layer in layers:
        stored = f"{layer}.npy"
        assert run("one.ppm", stored, layer) is None
        same, other = run("one.ppm", stored, layer), run("two.ppm", stored, layer)
        assert abs(same - 1) < 1e-5 and other < 0.9999, (layer, same, other)
        print(f"{framework}, {layer}: the same frame {same}, another {other}")
    if framework == "opencv":  # other numbers in the place of the model's: these let nothing through
        import numpy
        numpy.savez(path("tuned.npz"), **{"conv2.0": numpy.zeros((24, 16, 3, 3), numpy.float32)})
        command = [program, "--parameters", path("tuned.npz"), path("model.onnx"), "conv2", path("one.ppm"),
                   path("z.npy")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0 or "built without libzip" in done.stderr, done.stderr
        assert done.returncode != 0 or not numpy.load(path("z.npy")).any()
    if os.path.exists("/dev/full"):
        arguments = [] if framework == "libtorch" else [path("model.onnx"), layers[0]]
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([program, *arguments, path("one.ppm"), path(f"{layers[0]}.npy")], stdout=full,
                                  stderr=subprocess.PIPE, text=True, check=False)
        assert done.returncode == 1 and "standard output cannot be written" in done.stderr, done.stderr
    with open(path("bad.ppm"), "wb") as file:
        file.write(b"P5\n1 1\n255\n0")
    arguments = [] if framework == "libtorch" else [path("model.onnx"), "relu2"]
    done = subprocess.run([program, *arguments, path("bad.ppm"), path("x.npy")], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 1 and "is not a binary PPM picture" in done.stderr, done.stderr
    assert not os.path.exists(path("x.npy"))
