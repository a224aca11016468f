"""The heads of vision transformers, cnnpool against PyTorch on the CPU: what torch_peers.py does for the poolings.

23 x 23 patches of 768 components, tokens adjacent. `project` is the head as its project writes it, `product` with one
matrix product instead of copies; of `compile` the faster of the two, both through torch.compile.
"""
import argparse
import collections
import ctypes
import functools
import math
import pathlib
import re
import time

import torch_peers
from torch_peers import torch

functional = torch.nn.functional
SIDE, TOKENS, OUTPUTS, CENTRES, CLUSTERS, FEATURES, GLOBAL = 23, 768, 512, 32, 64, 128, 256
BATCHES = (1, 16)
LARGEST_DIFFERENCE = 1e-4  # of a descriptor's components, relative to its largest


def random(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def cosplace(x, p, weights, biases):
    g = functional.avg_pool2d(functional.normalize(x).clamp(min=1e-6).pow(p), x.shape[2:]).pow(1 / p).flatten(1)
    return functional.normalize(functional.linear(g, weights, biases))


def plan(scores, clusters, positions, iterations=3):
    """SALAD's optimal transport, a dustbin of score 1 behind the clusters."""
    n = scores.shape[0]
    augmented = torch.empty(n, clusters + 1, positions)
    augmented[:, :clusters] = scores.flatten(2)
    augmented[:, clusters] = 1.0
    total = -math.log(positions + clusters)
    log_a, log_b = torch.full((n, clusters + 1), total), torch.full((n, positions), total)
    log_a[:, -1] += math.log(positions - clusters)
    u, v = torch.zeros_like(log_a), torch.zeros_like(log_b)
    for _ in range(iterations):
        u = log_a - torch.logsumexp(augmented + v.unsqueeze(1), dim=2)
        v = log_b - torch.logsumexp(augmented + u.unsqueeze(2), dim=1)
    return torch.exp(augmented + u.unsqueeze(2) + v.unsqueeze(1) - total)[:, :-1]


def salad(x, scores, token, product):
    n, l, m = x.shape[0], x.shape[1], scores.shape[1]
    p, f = plan(scores, m, SIDE * SIDE), x.flatten(2)
    if product:
        v = torch.bmm(f, p.transpose(1, 2))
    else:
        v = (f.unsqueeze(2).repeat(1, 1, m, 1) * p.unsqueeze(1).repeat(1, l, 1, 1)).sum(-1)
    v = functional.normalize(v, dim=1).flatten(1)
    return functional.normalize(torch.cat([functional.normalize(token.reshape(n, -1)), v], 1))


def anyloc(x, centres):
    """Like the project's: the residuals of all tokens to all centres, then image by image and cluster by cluster."""
    descriptors = []
    for tokens in functional.normalize(x.flatten(2).transpose(1, 2), dim=2):
        labels = (tokens @ functional.normalize(centres).T).argmax(1)
        residuals = tokens[:, None] - centres[None]
        v = torch.zeros(centres.shape)
        for k in set(labels.tolist()):
            v[k] = functional.normalize(residuals[labels == k, k].sum(0), dim=0)
        descriptors.append(functional.normalize(v.flatten(), dim=0))
    return torch.stack(descriptors)


def anyloc_product(x, centres):
    tokens = functional.normalize(x.flatten(2).transpose(1, 2), dim=2)
    labels = (tokens @ functional.normalize(centres).T).argmax(2)
    q = (labels[:, None] == torch.arange(centres.shape[0])[:, None]).to(x.dtype)
    v = torch.bmm(q, tokens) - q.sum(2)[:, :, None] * centres
    return functional.normalize(functional.normalize(v, dim=2).flatten(1))


# inputs(n): x, a, b of head_floats, as PyTorch's functions take them. p: the exponent of GeM, learned.
Head = collections.namedtuple("Head", "name head p inputs size project product compiled")


def with_tokens(n, *others):
    return (random(1, n, TOKENS, SIDE, SIDE).contiguous(memory_format=torch.channels_last), *others)


def of_salad(n):
    return random(1, n, FEATURES, SIDE, SIDE), random(2, n, CLUSTERS, SIDE, SIDE), random(3, n, GLOBAL, 1, 1)


def cosplace_head(name, p):
    function = functools.partial(lambda x, a, b, p: cosplace(x, p, a, b), p=torch.tensor([float(p)]))
    layer = random(2, OUTPUTS, TOKENS) / 28, random(3, OUTPUTS) / 100
    return Head(name, b"cosplace", p, lambda n: with_tokens(n, *layer), OUTPUTS, function, None, [function])


def heads():
    forms = [functools.partial(salad, product=product) for product in (False, True)]
    centres = functional.normalize(random(2, CENTRES, TOKENS))
    return [cosplace_head("CosPlace, p = 3", 3), cosplace_head("CosPlace, p = 2.7", 2.7),
            Head("SALAD", b"salad", 0, of_salad, GLOBAL + FEATURES * CLUSTERS, *forms, forms),
            Head("AnyLoc", b"anyloc", 0, lambda n: with_tokens(n, centres), CENTRES * TOKENS, anyloc, anyloc_product,
                 [anyloc_product])]  # the clusters that appear are known only when it runs: not compiled


class Ours:
    def __init__(self, library, head, inputs):
        pointers = [ctypes.c_void_p(t.data_ptr()) for t in inputs] + [None]
        n = inputs[0].shape[0]
        self.inputs, self.out = inputs, torch.full((n, head.size), float("nan"))
        self.run = functools.partial(library.head_floats, head.head, ctypes.c_double(head.p), ctypes.c_long(n),
                                     *pointers[:3], ctypes.c_void_p(self.out.data_ptr()))

    def seconds(self, runs):
        start = time.process_time()
        failed = self.run(ctypes.c_long(runs))
        took = time.process_time() - start
        if failed:
            raise SystemExit(1)
        return took / runs


class Theirs:
    def __init__(self, function, inputs):
        self.function, self.inputs = function, inputs

    def seconds(self, runs):
        start = time.process_time()
        for _ in range(runs):
            self.function(*self.inputs)
        return (time.process_time() - start) / runs


def check(name, ours, theirs):
    difference = ((ours - theirs).abs().amax(1) / ours.abs().amax(1)).max().item()
    print(f"check: {name}: largest difference {difference:.1e} of the largest component", flush=True)
    if ours.shape != theirs.shape or not difference <= LARGEST_DIFFERENCE:
        raise SystemExit(f"torch_heads: {name}: that is not the same result")


def measure(library, head, form, n, name, seconds):
    inputs = head.inputs(n)
    ours = Ours(library, head, inputs)
    ours.seconds(1)
    torch._dynamo.reset()
    functions = {"project": [head.project], "product": [head.product],
                 "compile": [torch.compile(f, dynamic=False, fullgraph=True) for f in head.compiled]}[form]
    for f in functions:
        check(name, ours.out, f(*inputs))
    theirs = [Theirs(f, inputs) for f in functions]
    fastest = min(theirs, key=lambda peer: min(peer.seconds(2) for _ in range(4))) if len(theirs) > 1 else theirs[0]
    return torch_peers.turns(ours, fastest, seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library", help="libbench_torch_heads.so")
    parser.add_argument("--table", metavar="FILE", help="write the table to FILE too")
    parser.add_argument("--only", metavar="REGEX", default=".", help="of names head/form/n")
    parser.add_argument("--seconds", type=float, default=1.0, help="that one cell is timed for")
    arguments = parser.parse_args()
    forms = ("project", "product", "compile")
    rows = [(head, form) for head in heads() for form in forms if form != "product" or head.product]
    work = [(head, form, n) for head, form in rows for n in BATCHES
            if re.search(arguments.only, f"{head.name}/{form}/{n}")]
    if not work:
        print(f"torch_heads: no name matches {arguments.only}")
        return
    torch_peers.need_compiler(any(form == "compile" for _, form, _ in work))
    library = ctypes.CDLL(str(pathlib.Path(arguments.library).resolve()))
    torch.set_num_threads(1)
    print(torch_peers.versions())
    lines = ["| head | PyTorch | n | us | PyTorch / ours |", "|---|---|---:|---:|---:|"]
    with torch.inference_mode():
        for head, form, n in work:
            name = f"{head.name}/{form}/{n}"
            ratio, ours = measure(library, head, form, n, name, arguments.seconds)
            print(f"{name}: ours {ours * 1e6:.1f} us, PyTorch / ours {torch_peers.ratio_text(ratio)}", flush=True)
            lines.append(f"| {head.name} | {form} | {n} | {ours * 1e6:.0f} | {torch_peers.ratio_text(ratio)} |")
    table = "\n".join(lines) + "\n"
    print("\n" + table, end="")
    if arguments.table:
        pathlib.Path(arguments.table).write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
