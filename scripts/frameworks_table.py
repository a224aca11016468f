#!/usr/bin/env python3
"""The table of docs/frameworks/README.md, from what a test run wrote.

    frameworks_table.py RAN_FOLDER PAGE            fails when the page says otherwise than the run
    frameworks_table.py RAN_FOLDER PAGE --write    brings the page up to the run

RAN_FOLDER (build/test/ran) holds a line `framework | version | policies | what` per framework, by its test. A framework
of the page that did not run keeps its row when checking, and becomes "not run" when writing. A "!" behind a policy's
name says that it did not agree with the reference.
"""
import os
import sys

BEGIN, END = "<!-- table: scripts/frameworks_table.py -->\n", "<!-- end of table -->\n"
POLICIES = ["sum", "average", "max", "gem", "spoc", "crow", "rmac", "regional"]
ORDER = ["OpenCV dnn", "ONNX Runtime", "libtorch", "libtorch of Debian", "OpenVINO", "TensorFlow C API", "ExecuTorch", "tvm-ffi",
         "oneDNN", "oneDNN of Debian", "dlib", "Arm NN", "Armadillo", "Kokkos", "ONNX TensorProto",
         "DLPack", "NumPy capsules", "NumPy capsules of Debian", "JAX capsules", "PyTorch capsules",
         "Eigen", "xtensor", "std::mdspan", "mdspan, reference", "mdspan of CCCL"]
HEAD = ["framework", "version", *POLICIES, "what was run"]


def row_of(line):
    framework, version, policies, what = (part.strip() for part in line.split("|", 3))
    passed = policies.split()
    marks = ["ok" if p in passed else "FAILED" if p + "!" in passed else "-" for p in POLICIES]
    return [framework, version, *marks, what]


def rows_that_ran(folder):
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    lines = [open(os.path.join(folder, name), encoding="utf-8").read() for name in names]
    return {row[0]: row for row in map(row_of, lines)}


def main():
    folder, page = sys.argv[1:3]
    with open(page, encoding="utf-8") as file:
        before, rest = file.read().split(BEGIN)
    table, after = rest.split(END)
    written = {cells[0]: cells for cells in ([c.strip() for c in line.strip().strip("|").split("|")]
                                             for line in table.splitlines()[2:])}
    ran = rows_that_ran(folder)
    names = ORDER + sorted(set(ran) - set(ORDER))
    if "--write" in sys.argv:
        rows = [ran.get(name, [name, "", *["-"] * len(POLICIES), "not run: not installed"]) for name in names]
        lines = ["| " + " | ".join(row) + " |" for row in (HEAD, ["---"] * len(HEAD), *rows)]
        with open(page, "w", encoding="utf-8") as file:
            file.write(before + BEGIN + "\n".join(lines) + "\n" + END + after)
        return 0
    wrong = 0
    for name in names:
        if name not in ran:
            print(f"skipped: {name}: its test did not run")
        elif name not in written or written[name][2:-1] != ran[name][2:-1]:
            wrong += 1
            print(f"{page}: {name} is {written.get(name)}, the run says {ran[name]}; bring it up with --write")
        elif written[name][1] != ran[name][1]:
            print(f"{name}: the page says version {written[name][1]}, this run had {ran[name][1]}")
    print(f"{len(ran)} frameworks ran, {wrong} rows differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
