"""A small Caffe network, its plan as text and its numbers as protobuf (fields are tags, number * 8 + kind, in front of
a varint or of a length and bytes; the numbers of caffe.proto)."""
import os
import struct

import numpy as np


def varint(v):
    out = b""
    while v >= 128:
        out, v = out + bytes([v % 128 + 128]), v // 128
    return out + bytes([v])


def data(field, v):
    v = v.encode() if isinstance(v, str) else v
    return varint(field * 8 + 2) + varint(len(v)) + v


def blob(values):
    shape = data(1, b"".join(varint(n) for n in values.shape))
    return data(7, shape) + data(5, struct.pack(f"<{values.size}f", *values.ravel()))


def layer(name, kind, bottom, top, more=""):
    bottoms = " ".join(f'bottom: "{b}"' for b in bottom.split())
    return f'layer {{ name: "{name}" type: "{kind}" {bottoms} top: "{top}" {more} }}\n'


def convolution(name, bottom, outputs, size):
    return layer(name, "Convolution", bottom, name,
                 f"convolution_param {{ num_output: {outputs} kernel_size: {size} pad: {size // 2} }}")


def make(folder, rewired=False):
    """Photos of 32 x 32; a Concat of two rectified convolutions, then fc6 and fc7 with ReLU and dropout. As trained
    they stand in place; rewired, every layer writes a blob of its own, and drop7 is given fc7 instead of relu7. Returns
    the numbers by layer."""
    random = np.random.default_rng(2)
    plan = 'name: "small"\ninput: "data"\ninput_dim: 1\ninput_dim: 3\ninput_dim: 32\ninput_dim: 32\n'
    plan += convolution("conv1", "data", 4, 3) + layer("relu1", "ReLU", "conv1", "conv1")
    plan += layer("pool1", "Pooling", "conv1", "pool1", "pooling_param { pool: MAX kernel_size: 4 stride: 4 }")
    for size in (1, 3):
        plan += convolution(f"expand{size}", "pool1", 6, size)
        plan += layer(f"relu_expand{size}", "ReLU", f"expand{size}", f"expand{size}")
    plan += layer("concat", "Concat", "expand1 expand3", "concat")
    shapes = {"conv1": (4, 3, 3, 3), "expand1": (6, 4, 1, 1), "expand3": (6, 4, 3, 3), "fc6": (10, 12 * 8 * 8),
              "fc7": (10, 10)}
    bottom = "concat"
    for number in ("6", "7"):
        name = "fc" + number
        plan += layer(name, "InnerProduct", bottom, name, "inner_product_param { num_output: 10 }")
        relu, drop = (name + "_relu" + number, name + "_drop" + number) if rewired else (name, name)
        plan += layer("relu" + number, "ReLU", name, relu)
        plan += layer("drop" + number, "Dropout", name if rewired and number == "7" else relu, drop,
                      "dropout_param { dropout_ratio: 0.5 }")
        bottom = drop
    numbers = {name: (random.normal(0, 0.2, shape), random.normal(0, 0.1, shape[0])) for name, shape in shapes.items()}
    with open(os.path.join(folder, "net.prototxt"), "w", encoding="ascii") as file:
        file.write(plan)
    with open(os.path.join(folder, "net.caffemodel"), "wb") as file:
        for name, blobs in numbers.items():
            kind = "InnerProduct" if name.startswith("fc") else "Convolution"
            file.write(data(100, data(1, name) + data(2, kind) + b"".join(data(7, blob(b)) for b in blobs)))
    return numbers
