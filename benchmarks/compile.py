#!/usr/bin/env python3
"""What one call costs to compile: seconds of processor time, peak memory of the compiler, kB of code in the object.

    compile.py [--compiler g++ --compiler clang++] [--flags=-O2] [--only REGEX] [--include DIR]
    compile.py --bound        compiles with g++ -O2 the rows that have a limit, and fails where one is exceeded

Prints Markdown, one row per call, from the headers alone and linked with cnnpool::compiled. Seconds depend on the
machine; code and memory hardly do, so those have limits.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
POOLING = "#include <cnnpool/cnnpool.hpp>\nusing namespace cnnpool;\n"


def one(policy, view="const feature_view<float>& x"):
    return f"{POOLING}descriptors<float> pooled({view}) {{ return pool(x, {policy}); }}\n"


def erased(policy):
    return one(policy, "const any_feature_view& x")


EIGEN = """#include <Eigen/Core>
using maps = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
void pooled(const float* x, float* out) { Eigen::Map<Eigen::VectorXf>(out, 512) = maps(x, 512, 768).OPERATION; }
"""
XTENSOR = """#include <xtensor/xadapt.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xtensor.hpp>
void pooled(const float* x, float* out) {
  xt::noalias(xt::adapt(out, 512, xt::no_ownership(), std::array<std::size_t, 1>{512})) =
      xt::sum(xt::adapt(x, 512 * 768, xt::no_ownership(), std::array<std::size_t, 2>{512, 768}), {1});
}
"""
# name, source, limits for g++ -O2 (kB of code, MB of memory): of the headers alone, of a program that links
# cnnpool::compiled
ROWS = [
    ("`cnnpool.hpp` alone", POOLING, (1, 160), (1, 160)),
    ("`all.hpp` alone", "#include <cnnpool/all.hpp>\n", None, None),
    ("`fit.hpp` alone (Eigen)", "#include <cnnpool/fit.hpp>\n", None, None),
    ("`sum{}`", one("cnnpool::sum{}"), (45, 220), (15, 170)),
    ("`max()`", one("cnnpool::max()"), None, None),
    ("`spoc{}`", one("spoc{}"), None, None),
    ("`gem_p<3>{}`", one("gem_p<3>{}"), (60, 240), None),
    ("`gem_p<3>{} \\| l2{}`, README's first example", one("gem_p<3>{} | l2{}"), (90, 280), (25, 180)),
    ("`gem{.p = p}`, any p", one("gem{}"), (160, 360), (17, 170)),
    ("`crow{}`", one("crow{}"), (190, 370), (40, 190)),
    ("`rmac{}`", one("rmac{}"), (125, 330), (45, 190)),
    ("`vlad(codebook)`", one("vlad(book)", "const feature_view<float>& x, const codebook& book"), (190, 330),
     (60, 200)),
    ("five folds in one pass", one("concat(cnnpool::sum{}, average{}, cnnpool::max(), gem_p<3>{}, nonzero{})"), None,
     None),
    ("`any_feature_view`: `sum{}`", erased("cnnpool::sum{}"), (115, 300), (55, 200)),
    ("`any_feature_view`: `rmac{} \\| l2{}`", erased("rmac{} | l2{}"), (290, 360), (115, 230)),
    ("`any_feature_view`: `gem_p<3>{} \\| l2{}`", erased("gem_p<3>{} | l2{}"), None, None),
    ("`any_feature_view`: `gem{.p = p} \\| l2{}`", erased("gem{} | l2{}"), None, (70, 200)),
    ("Eigen: sums of rows", EIGEN.replace("OPERATION", "rowwise().sum()"), None, None),
    ("Eigen: maxima of rows", EIGEN.replace("OPERATION", "rowwise().maxCoeff()"), None, None),
    ("xtensor: sums of rows", XTENSOR, None, None),
]
LIBRARIES = ["-isystem", "/usr/include/eigen3"]
COMPILED = ["-DCNNPOOL_COMPILED"]  # what the target cnnpool::compiled gives


def cost(command, source, folder):
    """(seconds, MB, kB), or the first line of what the compiler said."""
    unit, target = os.path.join(folder, "unit.cpp"), os.path.join(folder, "unit.o")
    with open(unit, "w", encoding="utf-8") as file:
        file.write(source)
    log = os.path.join(folder, "log")
    with open(log, "w", encoding="utf-8") as errors:
        process = subprocess.Popen([*command, "-c", unit, "-o", target], stderr=errors)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        with open(log, encoding="utf-8") as errors:
            return next((line for line in errors if "error" in line), "failed").strip()
    sizes = subprocess.run(["size", target], capture_output=True, text=True, check=True).stdout.splitlines()[1].split()
    # A child's peak is that of the compiler proper, the largest of its processes.
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, int(sizes[0]) / 1000


def bound(include, folder):
    wrong = 0
    for name, source, *limits in ROWS:
        for linked, limit in zip(("", ", cnnpool::compiled"), limits):
            if limit is None:
                continue
            found = cost(["g++", "-std=c++20", "-O2", *COMPILED * bool(linked), "-I", include, *LIBRARIES], source,
                         folder)
            if isinstance(found, str):
                print(f"{name}{linked}: {found}")
                wrong += 1
                continue
            _, memory, code = found
            good = code <= limit[0] and memory <= limit[1]
            wrong += not good
            print(f"{name}{linked}: {code:.1f} kB of {limit[0]}, {memory:.0f} MB of {limit[1]}"
                  f"{'' if good else ': too much'}")
    return 1 if wrong else 0


def table(compilers, flags, include, rows, folder):
    print("| one call in a file | " + " | ".join(f"{c}: s | MB | kB | compiled: s | MB | kB" for c in compilers) + " |")
    print("|---|" + "---|---|---|---|---|---|" * len(compilers))
    for name, source, *_ in rows:
        cells = []
        for compiler in compilers:
            for linked in [[], COMPILED]:
                if linked and "pool(" not in source:
                    cells += [""] * 3
                    continue
                found = cost([compiler, "-std=c++20", *flags.split(), *linked, "-I", include, *LIBRARIES], source,
                             folder)
                if isinstance(found, str):
                    cells += ["-"] * 3
                    print(f"not compiled: {name} by {compiler}: {found}", file=sys.stderr)
                else:
                    seconds, memory, code = found
                    cells += [f"{seconds:.1f}", f"{memory:.0f}", f"{code:.0f}"]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--compiler", action="append")
    parser.add_argument("--flags", default="-O2")
    parser.add_argument("--only", default=".")
    parser.add_argument("--include", default=os.path.join(HERE, "..", "include"))
    parser.add_argument("--bound", action="store_true")
    a = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if a.bound:
            return bound(a.include, folder)
        compilers = [c for c in a.compiler or ["g++", "clang++"] if shutil.which(c)]
        rows = [row for row in ROWS if re.search(a.only, row[0])]
        version = [subprocess.run([c, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
                   for c in compilers]
        print(f"{', '.join(version)}; {a.flags}; {time.strftime('%Y-%m-%d')}\n")
        table(compilers, a.flags, a.include, rows, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
