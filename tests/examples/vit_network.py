#!/usr/bin/env python3
"""A small vision transformer with random weights, laid out as DINOv2 with registers: vit_network.py OUT.onnx

The input `image` is n x 3 x 56 x 56: 4 x 4 patches of 14 x 14 pixels. A class token and 4 registers stand in front of
the 16 patches; tokens have 32 components. Two blocks: attention with 4 heads, then two layers, each behind its own
normalisation. Outputs: `last_hidden_state`, n x 21 x 32, and `qkv`, n x 21 x 96, of the last block (query, key, value
side by side), which AnyLoc takes its values from. The seed is fixed, and sums, products and square roots make the
weights, so the file is the same on every machine.
"""
import math
import random
import sys

import onnx_bytes as onnx

PATCH, GRID, BEFORE, D, HEADS, BLOCKS = 14, 4, 5, 32, 4, 2
TOKENS = BEFORE + GRID * GRID


class Graph:
    """Nodes and weights in the order in which they are asked for."""

    def __init__(self):
        self.nodes, self.tensors = [], []

    def weights(self, name, dims, largest):
        self.tensors.append(onnx.tensor(name, dims, largest))
        return name

    def shape(self, name, values):
        self.tensors.append(onnx.whole_numbers(name, values))
        return name

    def does(self, kind, inputs, output, *attributes):
        self.nodes.append(onnx.node(kind, inputs, output, attributes))
        return output

    def linear(self, x, name, wide, out):
        """x W + b, with numbers that keep the size of what goes through."""
        w = self.weights(f"{name}.w", (wide, out), math.sqrt(3 / wide))
        b = self.weights(f"{name}.b", (out,), 0.1)
        return self.does("Add", (self.does("MatMul", (x, w), f"{name}.product"), b), name)

    def normalised(self, x, name):
        scale = self.does("Add", (self.weights(f"{name}.w", (D,), 0.2), "one"), f"{name}.scale")
        return self.does("LayerNormalization", (x, scale, self.weights(f"{name}.b", (D,), 0.1)), name,
                         onnx.integer("axis", 2))

    def attention(self, x, name, qkv):
        """What the tokens take from each other, added to x."""
        self.linear(self.normalised(x, f"{name}.norm1"), qkv, D, 3 * D)
        parts = [f"{name}.{part}" for part in ("q", "k", "v")]
        self.does("Split", (qkv,), parts, onnx.integer("axis", 2), onnx.integer("num_outputs", 3))
        for part, order in zip(parts, ((0, 2, 1, 3), (0, 2, 3, 1), (0, 2, 1, 3))):
            self.does("Reshape", (part, "by_head"), f"{part}.split")
            self.does("Transpose", (f"{part}.split",), f"{part}.head", onnx.integers("perm", order))
        q, k, v = (f"{part}.head" for part in parts)
        scores = self.does("Mul", (self.does("MatMul", (q, k), f"{name}.products"), "root"), f"{name}.scores")
        taken = self.does("MatMul", (self.does("Softmax", (scores,), f"{name}.softmax", onnx.integer("axis", 3)), v),
                          f"{name}.heads")
        taken = self.does("Transpose", (taken,), f"{name}.tokens", onnx.integers("perm", (0, 2, 1, 3)))
        taken = self.does("Reshape", (taken, "by_token"), f"{name}.taken")
        return self.does("Add", (x, self.linear(taken, f"{name}.proj", D, D)), f"{name}.attended")

    def layers(self, x, name):
        inner = self.linear(self.normalised(x, f"{name}.norm2"), f"{name}.up", D, 2 * D)
        inner = self.does("Gelu", (inner,), f"{name}.gelu")
        return self.does("Add", (x, self.linear(inner, f"{name}.down", 2 * D, D)), f"{name}.out")


def network():
    random.seed(1)
    g = Graph()
    g.tensors += [onnx.floats("one", [1]), onnx.floats("root", [math.sqrt(HEADS / D)])]
    g.shape("by_head", (0, TOKENS, HEADS, D // HEADS))  # 0: as it is, the images of a batch
    g.shape("by_token", (0, TOKENS, D))
    g.shape("by_patch", (0, D, GRID * GRID))
    g.shape("before", (BEFORE, D))

    kernel = g.weights("patch.w", (D, 3, PATCH, PATCH), 0.1)
    g.does("Conv", ("image", kernel), "patch.map", onnx.integers("kernel_shape", (PATCH, PATCH)),
           onnx.integers("strides", (PATCH, PATCH)))
    g.does("Reshape", ("patch.map", "by_patch"), "patch.rows")
    g.does("Transpose", ("patch.rows",), "patch.tokens", onnx.integers("perm", (0, 2, 1)))
    g.does("Add", ("patch.tokens", g.weights("positions", (GRID * GRID, D), 0.3)), "patch.placed")
    g.does("Shape", ("image",), "images", onnx.integer("start", 0), onnx.integer("end", 1))
    g.does("Concat", ("images", "before"), "prefix.shape", onnx.integer("axis", 0))
    g.does("Expand", (g.weights("cls_and_registers", (1, BEFORE, D), 1), "prefix.shape"), "prefix")
    x = g.does("Concat", ("prefix", "patch.placed"), "tokens", onnx.integer("axis", 1))
    for b in range(BLOCKS):
        name = f"block{b}"
        x = g.layers(g.attention(x, name, "qkv" if b == BLOCKS - 1 else f"{name}.qkv"), name)
    g.normalised(x, "last_hidden_state")
    side = PATCH * GRID
    return onnx.file_of(g.nodes, g.tensors, [onnx.value("image", ("n", 3, side, side))],
                        [onnx.value("last_hidden_state", ("n", TOKENS, D)), onnx.value("qkv", ("n", TOKENS, 3 * D))],
                        opset=20)


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as file:
        file.write(network())
