#!/usr/bin/env python3
"""Another machine's processor, by a cross compiler and an emulator: what docs/numerics.md promises to be the same bits
on every instruction set, and the instructions that its kernels are made of.

    other_machine.py COMPILER INCLUDE_DIR PROGRAM --run "EMULATOR..." [--flags "FLAGS"]

PROGRAM: other_machine.cpp, compiled for this machine. Where the other machine's programs cannot be made or run, that is
a line `skipped: what: why`.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

import objects

HERE = os.path.dirname(os.path.abspath(__file__))
# (kernels of, what must be in them, what must not, why)
BY_LANE = r"\b(ins|mov|umov|smov)\s+(v\d+\.[bhs]\[\d+\], w|w\d+, v\d+\.[bhs]\[)"
RULES = [
    (r"float16", r"\bfcvtl\b", BY_LANE, "float16 is widened by one instruction"),
    (r"bfloat16", r"\bshll\b", BY_LANE, "bfloat16 is widened by one instruction"),
    (r"unsigned char", r"\bushll\b", BY_LANE, "bytes are widened by two instructions"),
    (r"signed char", r"\bsshll\b", BY_LANE, "bytes are widened by two instructions"),
    (r"max_policy", r"\bfmax\b", r"\bfcmgt\b", "the maximum that propagates a NaN is one instruction"),
]


def why_not(compiler, flags, emulator):
    """Why programs of another machine cannot be made or run here; None where they can."""
    with tempfile.TemporaryDirectory() as folder:
        source, program = os.path.join(folder, "nothing.cpp"), os.path.join(folder, "nothing")
        with open(source, "w", encoding="utf-8") as file:
            file.write("#include <vector>\nint main() { return static_cast<int>(std::vector<int>().size()); }\n")
        for command, why in (([compiler, *flags, source, "-o", program], "no compiler for it"),
                             ([*emulator, program], "no emulator of it")):
            try:
                done = subprocess.run(command, capture_output=True, text=True, check=False)
            except FileNotFoundError:
                return f"{command[0]} is not installed"
            if done.returncode != 0:
                return f"{why}: {(done.stderr.splitlines() or ['it fails'])[0][:200]}"
    return None


def kernels(assembly):
    """{what a kernel folds and reads: its instructions}"""
    found = dict(re.findall(r"^(_Z\S*run_baseline\S*):[^\n]*\n(.*?)^\s+\.size\s+\1", assembly, flags=re.M | re.S))
    names = objects.demangled(found)
    parts = {name: re.search(r"fold_share<(.*?), \S*no_weights", names[name]) for name in found}
    return {re.sub(r"\w+::", "", parts[name][1]): text for name, text in found.items() if parts[name]}


def check_instructions(assembly):
    code, wrong = kernels(assembly), 0
    for of, needed, banned, why in RULES:
        ruled = {name: text for name, text in code.items() if re.search(rf"(^|, ){of}(,|$)", name)}
        wrong += 0 if ruled else 1
        if not ruled:
            print(f"there is no kernel of {of}")
        for name, text in ruled.items():
            there = re.search(banned, text)
            if there or not re.search(needed, text):
                wrong += 1
                print(f"{name}: {why}, but {f'there is {there[0]!r}' if there else f'no {needed!r} is there'}")
    print(f"{len(code)} kernels, {wrong} of other instructions than wanted")
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("compiler")
    parser.add_argument("include")
    parser.add_argument("program")
    parser.add_argument("--run", required=True)
    parser.add_argument("--flags", default="")
    a = parser.parse_args()
    flags, emulator = a.flags.split(), a.run.split()
    reason = why_not(a.compiler, flags, emulator)
    if reason:
        print(f"skipped: the bits by {a.compiler} {a.flags}: {reason}")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        unit, program = os.path.join(folder, "unit.s"), os.path.join(folder, "program")
        for command in ([a.compiler, "-std=c++20", *flags, "-I", a.include, "-S",
                         os.path.join(HERE, "other_machine.cpp"), "-o", unit],
                        [a.compiler, *flags, unit, "-o", program]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                print(f"{' '.join(command)}\n{done.stderr[:4000]}")
                return 1
        here, there = (subprocess.run([*c], capture_output=True, text=True, check=True).stdout.splitlines()
                       for c in ([a.program], [*emulator, program]))
        with open(unit, encoding="utf-8") as file:
            wrong = check_instructions(file.read())
    different = [f"{x}, on the other machine {y}" for x, y in zip(here, there) if x != y]
    print("".join(f"{line}\n" for line in different[:20]), end="")
    print(f"{len(there)} numbers, {len(here)} here, {len(different)} with other bits")
    return 1 if wrong or different or not here or len(here) != len(there) else 0


if __name__ == "__main__":
    sys.exit(main())
