#!/usr/bin/env python3
"""One program of objects of different flags, in every order: right results, no shared function with other code.

    mixed.py COMPILER INCLUDE_DIR

Where qemu-x86_64 is (Debian: qemu-user), the normal object runs on a processor without AVX behind an object for a newer
one. What cannot be run is a line `skipped: what: why`.
"""
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile

import objects

HERE = os.path.dirname(os.path.abspath(__file__))
# -O1: inline functions that are not inlined are what this is about.
UNITS = {"normal": [], "fast": ["-ffast-math"], "finite": ["-ffinite-math-only"], "avx": ["-mavx"], "fma": ["-mfma"],
         "f16c": ["-mf16c"], "haswell": ["-march=haswell"], "avx512": ["-march=skylake-avx512"],
         "no_exceptions": ["-fno-exceptions"], "no_simd": ["-DCNNPOOL_NO_SIMD"], "openmp": ["-fopenmp"]}
NEW_PROCESSOR = {"haswell", "avx512", "fma", "f16c", "avx"}


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"{' '.join(command)}\nended with {done.returncode}\n{done.stdout}{done.stderr[:3000]}")
        sys.exit(1)
    return done.stdout


def main():
    compiler, include = sys.argv[1:]
    base = [compiler, "-std=c++20", "-I", include]
    flags_of_cpu = open("/proc/cpuinfo", encoding="utf-8").read() if os.path.exists("/proc/cpuinfo") else ""
    with tempfile.TemporaryDirectory() as folder:
        path = {name: os.path.join(folder, name + ".o") for name in UNITS}

        def build(name):
            run(*base, "-O1", *UNITS[name], f"-DUNIT={name}", "-c", os.path.join(HERE, "unit.cpp"), "-o", path[name])

        with concurrent.futures.ThreadPoolExecutor(2) as workers:
            list(workers.map(build, UNITS))

        def link(names, called, *options):
            program = os.path.join(folder, "program")
            run(*base, "-O1", *options, "-DUNITS=" + " ".join(f"X({n})" for n in called), "-x", "c++",
                os.path.join(HERE, "units.cpp"), "-x", "none", *(path[n] for n in names),
                *(["-fopenmp"] if "openmp" in names else []), "-o", program)
            return program

        if objects.check_shared(list(path.values())) != 0:
            return 1
        here = [n for n in UNITS if n not in NEW_PROCESSOR or "avx512dq" in flags_of_cpu]
        if len(here) < len(UNITS):
            print(f"skipped: running {', '.join(sorted(set(UNITS) - set(here)))}: this processor has no AVX-512")
        for order in (here, here[::-1]):
            print(run(link(order, order)), end="")
        emulator = shutil.which("qemu-x86_64")
        if not emulator:
            print("skipped: an old processor: qemu-x86_64 is not installed (Debian: qemu-user)")
            return 0
        newest_first = ["avx512", "haswell", "normal"]
        print(run(emulator, "-cpu", "Nehalem", link(newest_first, ["normal"], "-static")), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
