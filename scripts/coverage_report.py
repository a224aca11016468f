#!/usr/bin/env python3
"""The table of scripts/coverage: coverage_report.py BUILD [--missing].

clang's source-based coverage: lines and conditions as they are written, not as they are compiled, so neither an exception
edge nor an optimisation counts. A header is compiled into many programs and a template into many functions: a line is
covered when one of them ran it, a condition's side (a branch) when one of them took it. A condition that the compiler
knows (if constexpr, a loop over a constant) has no branches. A template that no program instantiates is not seen, and a
header that no program includes is named below the table. Not counted: *.cuh, which only nvcc compiles, and lines that
the preprocessor left out wherever their function was compiled.
"""
import glob
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

LINES, BRANCHES = 98.0, 90.0  # per cent


def line_counts(segments):
    """How often each line ran, by llvm-cov's own rule: the most of the regions that start in it or wrap it."""
    counts, wrapped = {}, None
    by_line = {}
    for line, _, count, has_count, entry, *gap in segments:
        by_line.setdefault(line, []).append((count, has_count, entry, bool(gap and gap[0])))
    if not by_line:
        return counts
    for line in range(min(by_line), max(by_line) + 1):
        here = by_line.get(line, [])
        starts = [count for count, has_count, entry, gap in here if has_count and entry and not gap]
        skipped = bool(here) and not here[0][1] and here[0][2]
        if not skipped and (starts or (wrapped and wrapped[1])):
            counts[line] = max(starts + ([wrapped[0]] if wrapped else []))
        if here:
            wrapped = here[-1]
    return counts


def bodies(segments):
    """(first line, last line, whether it was compiled) of each function. Of one that a program does not use clang knows
    nothing but where it begins and ends: a region of its own, comments and what the preprocessor leaves out included."""
    begin = None
    for number, (line, _, count, has_count, entry, *_) in enumerate(segments):
        if begin is None and has_count and entry:
            begin, ran = number, count > 0
        elif begin is not None and not has_count and not entry:
            yield segments[begin][0], line, ran or number > begin + 1
            begin = None


class Header:
    def __init__(self):
        self.lines = {}        # line: the programs that run it
        self.unused = set()    # lines of functions that a program does not use
        self.compiled = set()  # lines of functions that a program compiles, what the preprocessor leaves out included
        self.branches = {}     # (line, column, end line, end column): [true count, false count]

    def add(self, program, data):
        unused = set()
        for first, last, compiled in bodies(data["segments"]):
            (self.compiled if compiled else unused).update(range(first, last + 1))
        self.unused |= unused
        for line, count in line_counts(data["segments"]).items():
            if line not in unused:
                self.lines.setdefault(line, []).extend([program] if count else [])
        for *span, true, false, _, _, _ in data["branches"]:
            sides = self.branches.setdefault(tuple(span), [0, 0])
            sides[0], sides[1] = max(sides[0], true), max(sides[1], false)

    def finish(self):
        for line in self.unused - self.compiled:
            self.lines.setdefault(line, [])

    def conditions(self):
        """Without those that are constant: never true, never false, in a line that ran."""
        return {span: sides for span, sides in self.branches.items() if any(sides) or not self.lines.get(span[0])}

    def score(self):
        sides = [side for pair in self.conditions().values() for side in pair]
        return (sum(map(bool, self.lines.values())), len(self.lines), sum(s > 0 for s in sides), len(sides))

    def missing(self):
        lines = sorted(line for line, programs in self.lines.items() if not programs)
        runs = []
        for line in lines:
            if runs and runs[-1][1] == line - 1:
                runs[-1][1] = line
            else:
                runs.append([line, line])
        text = [f"{a}" if a == b else f"{a}-{b}" for a, b in runs]
        for (line, column, *_), (true, false) in sorted(self.conditions().items()):
            if self.lines.get(line) and not (true and false):
                text.append(f"{line}:{column} never {'true' if false else 'false'}")
        return ", ".join(text)


def per_cent(part, whole):
    return 100.0 * part / whole if whole else 100.0


def main():
    build = sys.argv[1]
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    include = os.path.join(root, "include", "cnnpool")
    profiles = sorted(glob.glob(os.path.join(build, "profiles", "*.profraw")))
    if not profiles:
        print(f"{build}/profiles: no profile; run the tests first (scripts/coverage does)")
        return 1

    def export(raw):
        program, profile = os.path.basename(raw)[:-len(".profraw")], raw[:-len("raw")] + "data"
        subprocess.run(["llvm-profdata", "merge", "-sparse", "-o", profile, raw], check=True)
        run = subprocess.run(["llvm-cov", "export", "-skip-functions", "-skip-expansions", "-instr-profile", profile,
                              os.path.join(build, "tests", program), include],
                             capture_output=True, text=True, check=True)
        return program, json.loads(run.stdout)["data"][0]["files"]

    headers = {}
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        for program, files in workers.map(export, profiles):
            for data in files:
                if not data["filename"].startswith(include + os.sep):
                    continue
                name = data["filename"][len(include) + 1:]
                headers.setdefault(name, Header()).add(program, data)
    for header in headers.values():
        header.finish()
    with open(os.path.join(build, "ran.json"), "w", encoding="utf-8") as file:
        json.dump({name: header.lines for name, header in headers.items()}, file)  # for scripts/mutants

    total = [0, 0, 0, 0]
    print(f"\n{'header':44} {'lines':>17} {'branches':>19}")
    for name in sorted(headers):
        score = headers[name].score()
        total = [t + s for t, s in zip(total, score)]
        print("%-44s %4d of %4d %5.1f %%  %4d of %4d %5.1f %%" % (
            name, score[0], score[1], per_cent(*score[:2]), score[2], score[3], per_cent(*score[2:])))
        if "--missing" in sys.argv and headers[name].missing():
            print("    " + headers[name].missing())
    present = {os.path.relpath(p, include) for p in glob.glob(os.path.join(include, "**", "*.hpp"), recursive=True)}
    unseen = sorted(present - set(headers))
    if unseen:
        print("without a function of their own, or in no program here: " + ", ".join(unseen))
    lines, branches = per_cent(*total[:2]), per_cent(*total[2:])
    print("%-44s %4d of %4d %5.1f %%  %4d of %4d %5.1f %%" % ("total", *total[:2], lines, *total[2:], branches))
    good = lines >= LINES and branches >= BRANCHES
    print(f"{'reached' if good else 'NOT reached'}: {LINES:g} % of lines and {BRANCHES:g} % of branches")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
