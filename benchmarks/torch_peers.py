"""cnnpool against PyTorch on the CPU: one thread, in turns in one process; a Markdown table of time of PyTorch / ours.

Run by scripts/bench. What the peers compute is compared before anything is timed (the lines `check:`); the script fails
where it differs. 77: PyTorch cannot be used here, and a line says why.
"""
import argparse
import collections
import ctypes
import functools
import pathlib
import re
import statistics
import sys
import sysconfig
import time


def cannot(reason, mend):
    print(f"not run: torch_peers: {reason} ({mend})")
    sys.exit(77)


try:
    import torch
    import torch._inductor.cpu_vec_isa
except (ImportError, OSError) as problem:  # OSError: a library of CUDA that the wheel wants
    cannot(str(problem).splitlines()[0], "scripts/frameworks --all, and the libraries of the CUDA toolkit")

SHAPES = {"A": (1, 2048, 7, 7), "B": (1, 512, 24, 32), "C": (1, 2048, 24, 32), "D": (1, 768, 37, 37)}
BLOCK = 1e-3  # seconds that a block of runs takes at least; of the process, because others may have the processor too
LARGEST_DIFFERENCE = 1e-4  # of a component, relative


def gem3(x):
    return x.clamp(min=1e-6).pow(3).mean((2, 3)).pow(1 / 3)


def crow(x):
    s = x.sum(1, keepdim=True)
    weights = (s / s.square().sum((2, 3), keepdim=True).sqrt()).sqrt()
    q = (x != 0).float().mean((2, 3))
    return (x * weights).sum((2, 3)) * torch.where(q > 0, torch.log(q.sum(1, keepdim=True) / q), 0.0)


def five(x):
    return torch.cat([x.sum((2, 3)), x.mean((2, 3)), x.amax((2, 3)), gem3(x), (x != 0).float().mean((2, 3))], 1)


def rmac_toolbox(x, boxes):
    """Like the published ports: rows and then columns by lists of indices, a pooling layer, a sum that grows."""
    total = torch.zeros(x.shape[0], x.shape[1], 1, 1)
    for h0, w0, h, w in boxes:
        region = x[:, :, list(range(h0, h0 + h)), :][:, :, :, list(range(w0, w0 + w))]
        v = torch.nn.functional.max_pool2d(region, (h, w))
        total += v / (v.norm(dim=1, keepdim=True) + 1e-6)
    return torch.nn.functional.normalize(total.flatten(1))


def rmac_slices(x, boxes, largest):
    maxima = torch.stack([largest(x[:, :, h0:h0 + h, w0:w0 + w]) for h0, w0, h, w in boxes], 1)
    return torch.nn.functional.normalize(torch.nn.functional.normalize(maxima, dim=2).sum(1))


def at_once(region):
    return region.amax((2, 3))


def rows_first(region):
    return region.amax(2).amax(2)


def pooled(region):
    return torch.nn.functional.max_pool2d(region, region.shape[2:]).flatten(1)


# functions: of several that do the same the fastest is measured; which one that is differs from shape to shape.
Row = collections.namedtuple("Row", "policy form functions channels_last")
METHODS = {"sum": lambda x: x.sum((2, 3)), "max": lambda x: x.amax((2, 3)), "gem3": gem3, "crow": crow, "five": five}
ROWS = [Row(policy, form, [f], False) for policy, f in METHODS.items() for form in ("eager", "compile")]
ROWS += [Row(policy, form, functions, policy == "rmac_nhwc") for policy in ("rmac", "rmac_nhwc")
         for form, functions in (
             ("toolbox", [rmac_toolbox]),
             ("slices", [functools.partial(rmac_slices, largest=f) for f in (at_once, rows_first, pooled)]),
             ("compile", [functools.partial(rmac_slices, largest=f) for f in (at_once, rows_first)]))]


def name_of(row, letter):
    return f"{row.policy}/{letter}/{row.form}"


class Ours:
    """A policy of the library on one tensor."""

    def __init__(self, library, policy, x, channels_last):
        size = library.descriptor_size(policy, *map(ctypes.c_long, x.shape))
        self.out = torch.full((x.shape[0], size), float("nan"))
        self.pool = functools.partial(library.pool_floats, policy, int(channels_last), ctypes.c_void_p(x.data_ptr()),
                                      *map(ctypes.c_long, x.shape), ctypes.c_void_p(self.out.data_ptr()))

    def seconds(self, runs):
        start = time.process_time()
        failed = self.pool(ctypes.c_long(runs))
        took = time.process_time() - start
        if failed:
            sys.exit(1)
        return took / runs


class Theirs:
    def __init__(self, function, x):
        self.function, self.x = function, x

    def seconds(self, runs):
        function, x = self.function, self.x
        start = time.process_time()
        for _ in range(runs):
            function(x)
        return (time.process_time() - start) / runs


def boxes_of(library, h, w):
    count = library.rmac_boxes(h, w, None, 0)
    numbers = (ctypes.c_long * (4 * count))()
    library.rmac_boxes(h, w, numbers, count)
    return tuple(tuple(numbers[4 * k:4 * k + 4]) for k in range(count))


def check(name, ours, theirs):
    difference = ((ours - theirs).abs() / ours.abs().clamp(min=1e-30)).max().item()
    print(f"check: {name}: largest difference {difference:.1e} of a component", flush=True)
    if ours.shape != theirs.shape or not difference <= LARGEST_DIFFERENCE:
        sys.exit(f"torch_peers: {name}: that is not the same result")


def turns(ours, theirs, seconds):
    """Blocks of ours and theirs in turns: (median of theirs / ours, median seconds of ours)."""
    methods = [ours, theirs]
    runs = []
    for m in methods:  # the first ones find cold caches
        m.seconds(1)
        runs.append(max(1, round(BLOCK / min(m.seconds(2) for _ in range(3)))))
    rounds, end = [], time.process_time() + seconds
    while len(rounds) < 5 or time.process_time() < end:
        rounds.append([m.seconds(n) for m, n in zip(methods, runs)])
    return statistics.median(b / a for a, b in rounds), statistics.median(a for a, _ in rounds)


def measure(library, row, shape, name, seconds):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(1)).relu_()
    if row.channels_last:
        x = x.contiguous(memory_format=torch.channels_last)
    ours = Ours(library, row.policy.removesuffix("_nhwc").encode(), x, row.channels_last)
    ours.seconds(1)
    torch._dynamo.reset()  # what was compiled for another shape would be looked through at every call
    theirs = []
    for f in row.functions:
        if row.policy.startswith("rmac"):
            f = functools.partial(f, boxes=boxes_of(library, *shape[2:]))
        if row.form == "compile":
            f = torch.compile(f, dynamic=False, fullgraph=True)
        check(name, ours.out, f(x))
        theirs.append(Theirs(f, x))
    fastest = min(theirs, key=lambda peer: min(peer.seconds(2) for _ in range(4))) if len(theirs) > 1 else theirs[0]
    return turns(ours, fastest, seconds)


def processor():
    lines = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown processor")


def versions():
    return (f"PyTorch {torch.__version__} ({torch.backends.cpu.get_cpu_capability()}), {processor()}, "
            f"{torch.get_num_threads()} thread")


def need_compiler(wanted):
    python_h = pathlib.Path(sysconfig.get_path("include"), "Python.h")
    if wanted and not python_h.exists():
        cannot("torch.compile needs Python.h", "Debian: python3-dev")
    if wanted and not torch._inductor.cpu_vec_isa.pick_vec_isa():
        cannot("torch.compile would use no vector instructions", "scripts/bench preloads libtorch_cpu.so")


def ratio_text(ratio):
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


def table_of(cells):
    lines = ["| policy | PyTorch | " + " | ".join(SHAPES) + " |", "|---|---|" + "---:|" * len(SHAPES)]
    for row in ROWS:
        found = [cells.get(name_of(row, letter)) for letter in SHAPES]
        if any(found):
            lines.append(f"| {row.policy} | {row.form} | " +
                         " | ".join(ratio_text(c[0]) if c else "-" for c in found) + " |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library", help="libbench_torch_peers.so")
    parser.add_argument("--table", metavar="FILE", help="write the table to FILE too")
    parser.add_argument("--only", metavar="REGEX", default=".",
                        help="of names policy/shape/form; with a leading -, all others (like --benchmark_filter)")
    parser.add_argument("--seconds", type=float, default=1.0, help="that one cell is timed for")
    arguments = parser.parse_args()
    wanted = re.compile(arguments.only.removeprefix("-"))
    work = [(row, letter) for row in ROWS for letter in SHAPES
            if bool(wanted.search(name_of(row, letter))) != arguments.only.startswith("-")]
    if not work:
        print(f"torch_peers: no name matches {arguments.only}")
        return
    need_compiler(any(row.form == "compile" for row, _ in work))
    library = ctypes.CDLL(str(pathlib.Path(arguments.library).resolve()))
    library.descriptor_size.restype = library.rmac_boxes.restype = ctypes.c_long
    torch.set_num_threads(1)
    print(versions())
    cells = {}
    with torch.inference_mode():
        for row, letter in work:
            name = name_of(row, letter)
            ratio, ours = cells[name] = measure(library, row, SHAPES[letter], name, arguments.seconds)
            print(f"{name}: ours {ours * 1e6:.1f} us, PyTorch / ours {ratio_text(ratio)}", flush=True)
    table = table_of(cells)
    print("\n" + table, end="")
    if arguments.table:
        pathlib.Path(arguments.table).write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
