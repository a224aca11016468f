"""The examples with a network: frame.py PROGRAM FRAMEWORK. They store a frame's descriptor, find the same frame again,
and tell another one. The model is two convolutions, written here as protobuf: fields are tags (number * 8 + kind) in
front of a varint or of a length and bytes, with the numbers of onnx.proto."""
import os
import random
import re
import struct
import subprocess
import sys
import tempfile


def varint(v):
    out = b""
    while v >= 128:
        out, v = out + bytes([v % 128 + 128]), v // 128
    return out + bytes([v])


def number(field, v):
    return varint(field * 8) + varint(v)


def data(field, v):
    v = v.encode() if isinstance(v, str) else v
    return varint(field * 8 + 2) + varint(len(v)) + v


def tensor(name, dims):
    count = 1
    for d in dims:
        count *= d
    values = struct.pack(f"<{count}f", *(random.uniform(-0.2, 0.2) for _ in range(count)))
    return b"".join(number(1, d) for d in dims) + number(2, 1) + data(8, name) + data(9, values)


def value(name, dims):
    shape = b"".join(data(1, data(2, d) if isinstance(d, str) else number(1, d)) for d in dims)
    return data(1, name) + data(2, data(1, number(1, 1) + data(2, shape)))


def integers(name, values):
    return data(1, name) + b"".join(number(8, v) for v in values) + number(20, 7)


def node(kind, inputs, output, attributes=()):
    fields = [data(1, i) for i in inputs] + [data(2, output), data(4, kind)] + [data(5, a) for a in attributes]
    return b"".join(fields)


def model():
    pads, kernel = integers("pads", (1, 1, 1, 1)), integers("kernel_shape", (3, 3))  # OpenCV does not infer it
    graph = data(1, node("Conv", ("image", "w1"), "conv1", (pads, kernel, integers("strides", (2, 2)))))
    graph += data(1, node("Relu", ("conv1",), "relu1"))
    graph += data(1, node("Conv", ("relu1", "w2"), "conv2", (pads, kernel)))
    graph += data(1, node("Relu", ("conv2",), "relu2"))
    graph += data(2, "small") + data(5, tensor("w1", (16, 3, 3, 3))) + data(5, tensor("w2", (24, 16, 3, 3)))
    graph += data(11, value("image", (1, 3, "h", "w"))) + data(12, value("relu2", (1, 24, "oh", "ow")))
    return number(1, 8) + data(7, graph) + data(8, data(1, "") + number(2, 13))


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
