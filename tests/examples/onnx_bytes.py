"""ONNX models as bytes, without the onnx package. Protobuf is a list of fields: a tag (number * 8 + kind) in front of a
varint or of a length and bytes; the numbers are those of onnx.proto."""
import math
import random
import struct


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


def floats(name, values, dims=None):
    """A tensor of these floats; along one axis where no dims are said."""
    dims = dims or (len(values),)
    packed = struct.pack(f"<{len(values)}f", *values)
    return b"".join(number(1, d) for d in dims) + number(2, 1) + data(8, name) + data(9, packed)


def tensor(name, dims, largest=0.2):
    """Random floats between -largest and largest."""
    return floats(name, [random.uniform(-largest, largest) for _ in range(math.prod(dims))], dims)


def whole_numbers(name, values):
    """A tensor of int64, such as the shape that Reshape takes."""
    return number(1, len(values)) + number(2, 7) + data(8, name) + data(9, struct.pack(f"<{len(values)}q", *values))


def value(name, dims):
    shape = b"".join(data(1, data(2, d) if isinstance(d, str) else number(1, d)) for d in dims)
    return data(1, name) + data(2, data(1, number(1, 1) + data(2, shape)))


def integers(name, values):
    return data(1, name) + b"".join(number(8, v) for v in values) + number(20, 7)


def integer(name, v):
    return data(1, name) + number(3, v) + number(20, 2)


def node(kind, inputs, outputs, attributes=()):
    outputs = [outputs] if isinstance(outputs, str) else outputs
    fields = [data(1, i) for i in inputs] + [data(2, o) for o in outputs] + [data(4, kind)]
    return b"".join(fields + [data(5, a) for a in attributes])


def file_of(nodes, tensors, inputs, outputs, opset):
    """The bytes of the .onnx file."""
    graph = b"".join(data(1, n) for n in nodes) + data(2, "small") + b"".join(data(5, t) for t in tensors)
    graph += b"".join(data(11, i) for i in inputs) + b"".join(data(12, o) for o in outputs)
    return number(1, 8) + data(7, graph) + data(8, data(1, "") + number(2, opset))
