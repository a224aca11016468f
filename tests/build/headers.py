#!/usr/bin/env python3
"""Every header by itself: included first and twice it compiles without a warning, and its object defines no symbol that
a second translation unit would define again.

    headers.py COMPILER INCLUDE_DIR [--flag FLAG]... [--jobs N] [--alone adapters/]

--alone: only the headers whose path holds this are compiled by themselves. Then all as one unit.

A header whose framework is missing is skipped; the line `skipped: header: reason` says so. Also checked: cnnpool.hpp
reads no file but ours and what the standard library reads; fit.hpp adds Eigen to that, and nothing else; adapters
that say that they include nothing do not.
"""
import argparse
import concurrent.futures
import functools
import os
import re
import subprocess
import sys
import tempfile

# What the standard library and the compiler read by themselves; POSIX is for io/.
STANDARD = "\n".join(f"#include <{h}>" for h in (
    "bits/stdc++.h", "immintrin.h", "omp.h", "fcntl.h", "unistd.h", "sys/file.h", "sys/mman.h", "sys/stat.h"))


# What a header needs its user to have chosen.
THRUST = ["-DTHRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_CPP"]
NEEDS = {"cnnpool/backend/thrust/": THRUST, "cnnpool/adapters/thrust.hpp": THRUST}


class Checker:
    def __init__(self, arguments):
        self.compiler = [arguments.compiler, "-std=c++20", *arguments.flag, "-I", arguments.include]
        self.include = arguments.include
        self.temporary = tempfile.TemporaryDirectory()

    def run(self, command, text):
        return subprocess.run(command, input=text, capture_output=True, text=True, check=False)

    def missing(self, header):
        """The first framework header that is not on this machine, or None."""
        with open(os.path.join(self.include, header), encoding="utf-8") as file:
            wanted = re.findall(r"^\s*#\s*include\s*<([^>]+)>", file.read(), flags=re.M)
        text = "".join(f"#if !__has_include(<{w}>)\nmissing {w}\n#endif\n" for w in wanted)
        said = self.run([*self.compiler, "-E", "-P", "-x", "c++", "-"], text).stdout
        found = re.search(r"^missing (.*)$", said, re.M)
        return found.group(1) if found else None

    def alone(self, header):
        """(header, problem or None, reason of a skip or None)"""
        framework = self.missing(header)
        if framework:
            return header, None, f"{framework} is not installed"
        flags = [flag for folder, needed in NEEDS.items() if header.startswith(folder) for flag in needed]
        return self.compile(header, f"#include <{header}>\n#include <{header}>\n", flags)

    def together(self, headers):
        """Behind the whole standard library, whose functions are found for its types wherever ours have their names."""
        here = ["bits/stdc++.h"] + [header for header in headers if not self.missing(header)]
        return self.compile("all together", "".join(f"#include <{header}>\n" for header in here), THRUST)

    def compile(self, header, text, flags):
        unit = os.path.join(self.temporary.name, header.replace("/", "_") + ".o")
        done = self.run([*self.compiler, *flags, "-O0", "-c", "-x", "c++", "-", "-o", unit], text)
        if done.returncode != 0 or done.stderr:
            said = [line for line in done.stderr.splitlines() if "error: " in line or "warning: " in line]
            return header, "\n  ".join(said[:5] or ["the compiler failed without a word"]), None
        symbols = self.run(["nm", "-C", "--defined-only", "--extern-only", unit], "").stdout.splitlines()
        strong = [s for s in symbols if s.split()[1] in "TDBRC"]
        return header, "defines in every translation unit: " + ", ".join(strong) if strong else None, None

    @functools.cache
    def read_by(self, text):
        listed = self.run([*self.compiler, "-M", "-x", "c++", "-"], text).stdout
        return {os.path.realpath(f) for f in listed.replace("\\\n", " ").split()[1:]}

    def foreign(self, header, allowed):
        """Files that the header reads, neither ours nor the standard library's nor matched by `allowed`."""
        ours = os.path.realpath(self.include) + os.sep
        files = self.read_by(f"#include <{header}>\n") - self.read_by(STANDARD)
        return sorted(f for f in files if not f.startswith(ours) and not (allowed and re.search(allowed, f)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("compiler")
    parser.add_argument("include")
    parser.add_argument("--flag", action="append", default=[])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--alone", default="")
    arguments = parser.parse_args()
    checker = Checker(arguments)
    headers = sorted(os.path.relpath(os.path.join(d, f), arguments.include)
                     for d, _, files in os.walk(arguments.include) for f in files if f.endswith(".hpp"))
    if not headers:
        sys.exit("no headers in " + arguments.include)
    wrong = 0
    alone = [h for h in headers if arguments.alone in h or h.endswith("pack_array.hpp")]
    if len(alone) < 2:
        sys.exit(f"no header's path holds {arguments.alone}")
    # pack.hpp includes one of pack_vector.hpp and pack_array.hpp, never both.
    others = [h for h in headers if "/adapters/" not in h and not h.endswith("pack_array.hpp")]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(checker.alone, alone))
        results.append(checker.together(others))
        for header, problem, skipped in results:
            if skipped:
                print(f"skipped: {header}: {skipped}")
            elif problem:
                wrong += 1
                print(f"{header}: {problem}")
    for header, allowed in (("cnnpool/cnnpool.hpp", None), ("cnnpool/all.hpp", None),
                            ("cnnpool/fit.hpp", r"/Eigen/|/eigen3/")):
        for file in checker.foreign(header, allowed):
            wrong += 1
            print(f"{header} reads {file}, which is neither ours nor the standard library's")
    for header in headers:  # an adapter that says so includes nothing of its framework
        with open(os.path.join(arguments.include, header), encoding="utf-8") as file:
            structural = re.search(r"[Ii]ncludes (nothing|none of it)\b", file.read().split("#pragma once")[0])
        for path in checker.foreign(header, None) if structural else ():
            wrong += 1
            print(f"{header} says that it includes nothing of its framework, and reads {path}")
    print(f"{len(headers)} headers, {len(alone)} alone, {wrong} problems")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
