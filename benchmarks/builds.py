#!/usr/bin/env python3
"""The same policies compiled in several ways, run in turns: compilers, flags, and the headers of an earlier commit.

    builds.py [--before CHECKOUT] [--turns N] [--only REGEX] [--folder DIR]

--before: a checkout of the state to compare with (git worktree add FOLDER COMMIT); its own benchmarks/one.cpp and names
of policies are compiled, gem{} where it had no gem_p. Prints Markdown: per policy, element type, layout and workload
the median microseconds of g++ -O2 at the best instruction set, and the ratios (median of the turns; more than 1: slower
than that) of before / now, clang++ / g++, -Os / -O2, and AVX-512 / AVX2.
"""
import argparse
import concurrent.futures
import importlib.util
import os
import re
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
POLICIES = [("sum", "cnnpool::sum{}"), ("max", "cnnpool::max()"), ("gem_p<3>", "gem_p<3>{}"),
            ("gem, p = 3", "gem{}"), ("gem, p = 2.7", "gem{.p = 2.7}"), ("crow", "crow{}"),
            ("five in one pass", "concat(cnnpool::sum{}, average{}, cnnpool::max(), gem_p<3>{}, nonzero{})"),
            ("rmac", "rmac{}")]
TYPES = [("float", "float"), ("float16", "float16"), ("uint8", "std::uint8_t")]


def builds(before):
    """{way: (compiler and flags, checkout)}"""
    now = os.path.join(HERE, "..")
    found = {"now": (["g++", "-O2"], now), "clang": (["clang++", "-O2"], now), "Os": (["g++", "-Os"], now)}
    if before:
        found["before"] = (["g++", "-O2"], before)
    return found


def policies_of(checkout):
    """{name: C++} as the checkout's own builds.py writes them."""
    spec = importlib.util.spec_from_file_location("builds_before", os.path.join(checkout, "benchmarks", "builds.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    known = dict(module.POLICIES)
    return {"gem_p<3>": known["gem, p = 3"], **known}


def compile_one(command, checkout, policy, element, program):
    flags = ["-std=c++20", "-DNDEBUG", f"-DPOLICY={policy}", f"-DELEMENT={element}", "-I", f"{checkout}/include"]
    done = subprocess.run([*command, *flags, os.path.join(checkout, "benchmarks", "one.cpp"), "-o", program],
                          capture_output=True, text=True, check=False)
    return done.returncode == 0


def run_one(program):
    """{(workload, layout, level): microseconds}"""
    lines = subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()
    return {tuple(line.split()[:3]): float(line.split()[3]) for line in lines}


def ratio(turns, over, under):
    """Median of the ratios turn by turn; None where one is missing."""
    if over not in turns or under not in turns:
        return None
    return statistics.median(a / b for a, b in zip(turns[over], turns[under]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--before")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--only", default=".")
    parser.add_argument("--folder", default=os.path.join(HERE, "..", "build-bench", "builds"))
    a = parser.parse_args()
    os.makedirs(a.folder, exist_ok=True)
    ways = builds(a.before)
    works = [(name, policy, label, element) for name, policy in POLICIES for label, element in TYPES
             if (label == "float" or name in ("sum", "max") or name.startswith("gem")) and
             re.search(a.only, f"{name} {label}")]
    known_before = policies_of(a.before) if a.before else {}
    jobs = {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
        for name, policy, label, element in works:
            for way, (command, checkout) in ways.items():
                program = os.path.join(a.folder, re.sub(r"\W+", "_", f"{way} {name} {label}"))
                written = known_before.get(name) if way == "before" else policy
                if written:
                    done = workers.submit(compile_one, command, checkout, written, element, program)
                    jobs[name, label, way] = program, done
    compiled = {key: program for key, (program, done) in jobs.items() if done.result()}
    for name, label, way in sorted(set(jobs) - set(compiled)):
        print(f"does not compile: {name}, {label}, {way}", file=sys.stderr)

    heads = ["us", "before / now", "clang / g++", "Os / O2", "AVX-512 / AVX2"]
    print("| policy | type | layout | workload | " + " | ".join(heads) + " |\n|---|---|---|---|" + "---:|" * len(heads))
    for name, _, label, _ in works:
        turns = {}
        for _ in range(a.turns):
            for way in ways:
                if (name, label, way) in compiled:
                    for key, time in run_one(compiled[name, label, way]).items():
                        turns.setdefault((way, *key), []).append(time)
        for layout in ("NCHW", "NHWC"):
            for workload in "ABC":
                best = {way: (way, workload, layout, "avx512") for way in ways}
                avx2 = ("now", workload, layout, "avx2")
                cells = [ratio(turns, best.get("before"), best["now"]), ratio(turns, best["clang"], best["now"]),
                         ratio(turns, best["Os"], best["now"]), ratio(turns, best["now"], avx2)]
                values = ["-" if c is None else "%.2f" % c for c in cells]
                now = "%.1f" % statistics.median(turns[best["now"]]) if best["now"] in turns else "-"
                print(f"| {name} | {label} | {layout} | {workload} | {now} | " + " | ".join(values) + " |", flush=True)


if __name__ == "__main__":
    main()
