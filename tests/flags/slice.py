#!/usr/bin/env python3
"""Compiles the slice with a compiler and flags, compares it with the reference backend's, and looks at its code.

    slice.py COMPILER INCLUDE_DIR OBJECT... [--flags "FLAGS"] [--all-types] [--fast] [--run "EMULATOR..."]

OBJECT: compare.cpp and the reference's slice, compiled as everybody compiles. --all-types: any_feature_view of all six
element types, three times the time; --fast: float alone, without GeM; --run: the compiler is one for another machine,
and compiles the sources of the OBJECTs too. What is not installed is a line `skipped: what: why`.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

import objects
import other_machine

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("compiler")
    parser.add_argument("include")
    parser.add_argument("objects", nargs="+")
    parser.add_argument("--flags", default="")
    parser.add_argument("--all-types", action="store_true")
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--run", default="")
    a = parser.parse_args()
    if not shutil.which(a.compiler):
        print(f"skipped: the slice by {a.compiler}: it is not installed")
        return 77
    flags, emulator = a.flags.split(), a.run.split()
    reason = other_machine.why_not(a.compiler, flags, emulator) if emulator else None
    if reason:
        print(f"skipped: the slice by {a.compiler} {a.flags}: {reason}")
        return 77
    types = [] if a.all_types else ["-DSLICE_TYPES=float,cnnpool::float16"]
    types += ["-DSLICE_FAST"] if a.fast else []
    with tempfile.TemporaryDirectory() as folder:
        unit, program = os.path.join(folder, "slice.o"), os.path.join(folder, "slice")
        start = time.monotonic()
        commands = [[a.compiler, "-std=c++20", *flags, "-I", a.include, "-DSLICE=other_slice", "-DBACKEND=cpu",
                     *types, "-c", os.path.join(HERE, "slice.cpp"), "-o", unit]]
        linked = a.objects
        if emulator:
            plain = [*(f for f in flags if f.startswith("--target")), "-std=c++20", "-O1", "-I", a.include]
            reference, compare = os.path.join(folder, "reference.o"), os.path.join(folder, "compare.o")
            commands += [[a.compiler, *plain, "-DSLICE=reference_slice", "-DBACKEND=reference",
                          "-DSLICE_IS_REFERENCE=1", "-c", os.path.join(HERE, "slice.cpp"), "-o", reference],
                         [a.compiler, *plain, "-DSLICE=other_slice", "-c", os.path.join(HERE, "compare.cpp"),
                          "-o", compare]]
            linked = [reference, compare]
        for command in (*commands, [a.compiler, *flags, unit, *linked, "-o", program]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                print(f"{' '.join(command)}\n{done.stderr[:4000]}")
                return 1
        print(f"{a.compiler} {a.flags}: compiled in {time.monotonic() - start:.0f} s")
        # Without optimisation nothing is inlined but what must be; sanitizers call functions of their own; plain lanes
        # and other machines have no levels.
        unlike = {"-O0", "-fsanitize=undefined", "-DCNNPOOL_NO_SIMD"} & set(flags)
        good = bool(unlike) or bool(emulator) or objects.check_levels([unit]) == 0
        done = subprocess.run([*emulator, program], capture_output=True, text=True, check=False)
        print(done.stdout + done.stderr[:4000], end="")
        return 0 if good and done.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
