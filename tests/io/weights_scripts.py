"""The scripts of scripts/weights on random checkpoints as torch saves them: names, shapes, numbers, what is left out.

    weights_scripts.py SCRIPTS       skipped (77) where there is no torch
"""
import contextlib
import io
import os
import runpy
import sys
import tempfile

try:
    import numpy
    import torch
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

SALAD = {"token_features.0.weight": (5, 6), "token_features.0.bias": (5,), "score.3.weight": (2, 5, 1, 1),
         "dust_bin": ()}
COSPLACE = {"1.p": (1,), "3.weight": (4, 6), "3.bias": (4,)}
LAYER = {"conv.weight": (3, 6, 1, 1), "centroids": (3, 6)}
# (script, options, what torch saves, the name in front of its parameters, the same in the file, the parameters)
CASES = [
    ("cosplace", [], lambda p: p, "module.aggregation.", "aggregation.", COSPLACE),
    ("salad", [], lambda p: {"state_dict": p, "epoch": 3}, "aggregator.", "aggregator.", SALAD),
    ("megaloc", ["--half"], lambda p: p, "aggregator.agg.", "aggregator.agg.", SALAD),
    ("netvlad", ["--trusted"], lambda p: {"state_dict": p, "best": numpy.float64(3)}, "pool.module.", "pool.", LAYER),
    ("supervlad", [], lambda p: {"model_state_dict": p}, "module.aggregation.", "aggregation.",
     {"conv.weight": (5, 6, 1)}),
]


def ran(script, *arguments):
    """What the script prints, or the sentence with which it ends; in this process, which has torch already."""
    sys.argv[:] = [script, *arguments]
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        return str(end)
    return printed.getvalue()


def main():
    scripts, wrong = sys.argv[1], []
    sys.dont_write_bytecode = True
    sys.path.insert(0, scripts)
    with tempfile.TemporaryDirectory() as folder:
        saved, written = os.path.join(folder, "checkpoint.pth"), os.path.join(folder, "head.npz")
        for script, options, whole, prefix, in_file, shapes in CASES:
            given = {prefix + name: torch.randn(shape) for name, shape in shapes.items()}
            torch.save(whole({**given, "backbone.0.weight": torch.zeros(2, 2)}), saved)
            said = ran(os.path.join(scripts, script + ".py"), saved, written, *options)
            arrays = dict(numpy.load(written))
            if set(arrays) != {in_file + name for name in shapes} or len(said.splitlines()) != len(shapes):
                wrong.append(f"{script}: wrote {sorted(arrays)} and printed\n{said}")
                continue
            for name, shape in shapes.items():
                array, tensor = arrays[in_file + name], given[prefix + name]
                if "--half" in options and name.endswith("weight"):
                    tensor = tensor.half()
                expected = tensor.numpy().reshape(shape or (1,))
                if array.dtype != expected.dtype or array.shape != expected.shape or not (array == expected).all():
                    wrong.append(f"{script}: {name} is {array.shape} {array.dtype}")
            os.remove(written)
        torch.save({"module.encoder.0.weight": torch.zeros(2)}, saved)
        said = ran(os.path.join(scripts, "salad.py"), saved, written)
        if "no parameter starts with aggregator.; there are encoder" not in said:
            wrong.append(f"a checkpoint without the head: {said}")
    print("\n".join(wrong) or f"{len(CASES)} scripts write what torch saved")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
