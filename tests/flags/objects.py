#!/usr/bin/env python3
"""What the machine code of an object file must hold.

    objects.py levels OBJECT...    no function of an instruction-set level (backend/cpu/target.hpp) calls a function of
                                   cnnpool that was not compiled for it, but those that are out of line on purpose
    objects.py shared OBJECT OBJECT...    objects of different flags share no weak function of cnnpool with other code:
                                   the linker would keep one of the two for both; and none has a symbol that is unique
                                   in a process, which keeps a plugin from being unloaded
"""
import itertools
import re
import subprocess
import sys

LEVEL = re.compile(r"run_avx(2|512)")
# Rare, without vectors in their signature, and too long to stand in every kernel.
OUT_OF_LINE = re.compile(r"::(copy_elements|scatter_elements|load|load_rows|load_line|rows_of|"
                         r"store_exact)[(<]")


def output(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def demangled(names):
    names = list(names)
    return dict(zip(names, output("c++filt", text="\n".join(names) + "\n").splitlines())) if names else {}


def functions(path):
    """{symbol: its instructions, relocations in place}, one section per function."""
    found, name = {}, None
    for line in output("objdump", "-dr", "--no-show-raw-insn", path).splitlines():
        start = re.match(r"^[0-9a-f]+ <(.+)>:$", line)
        if start:
            name = start.group(1)
            found[name] = []
        elif name and line[:1].isspace():
            found[name].append(line)
    return found


def calls(instructions):
    """The symbols that calls and jumps go to."""
    called, branch = set(), False
    for line in instructions:
        relocation = re.search(r"R_X86_64_(?:PLT32|PC32|GOTPCRELX?)\s+(.+?)(?:[-+]0x[0-9a-f]+)?$", line)
        if relocation and branch:
            called.add(relocation.group(1))
        branch = re.search(r"\t(call|jmp|j[a-z]+)\b", line) is not None
    return called


def check_levels(paths):
    wrong = shells = 0
    for path in paths:
        code = functions(path)
        names = demangled(set(code) | {c for i in code.values() for c in calls(i)})
        for function, instructions in code.items():
            if not LEVEL.search(names[function]):
                continue
            shells += 1
            for called in sorted(calls(instructions)):
                name = names[called]
                if "cnnpool" not in name or LEVEL.search(name) or OUT_OF_LINE.search(name):
                    continue
                wrong += 1
                print(f"{path}: {names[function][:200]}\n  calls {name[:300]}")
    print(f"{shells} functions of a level, {wrong} calls of functions that are not")
    return 1 if wrong or not shells else 0


def weak_text(path):
    lines = output("nm", path).splitlines()
    return {f[2] for f in map(str.split, lines) if len(f) == 3 and f[1] in "WV" and "7cnnpool" in f[2]}


def code_of(instructions):
    """Without addresses: where a function, or a sentence that it prints, lies in the file is not its code."""
    lines = (re.sub(r"^\s*[0-9a-f]+:\s*", "", line) for line in instructions)
    lines = (re.sub(r"(\.rodata|\.L)\S*", r"\1", line) for line in lines)
    return [re.sub(r"\b(j\w+|call)\s+[0-9a-f]+ <.*$", r"\1", line).split("#")[0].strip() for line in lines
            if "nop" not in line]


def check_shared(paths):
    objects = [(path, weak_text(path), functions(path)) for path in paths]
    wrong, same = {}, 0
    for (a, weak_a, code_a), (b, weak_b, code_b) in itertools.combinations(objects, 2):
        for name in weak_a & weak_b & set(code_a) & set(code_b):
            if code_of(code_a[name]) == code_of(code_b[name]):
                same += 1
            else:
                wrong.setdefault(name, []).append(f"{a} and {b}")
    # A hidden one is of its executable or shared library.
    hidden = {line.split()[-1] for path in paths for line in output("readelf", "-sW", path).splitlines()
              if " HIDDEN " in line}
    unique = {f[2] for path in paths for f in map(str.split, output("nm", path).splitlines())
              if len(f) == 3 and f[1] == "u" and f[2] not in hidden}
    for name in sorted(unique):
        print(f"unique in a process: {demangled([name])[name]}")
    names = demangled(wrong)
    for name, pairs in wrong.items():
        print(f"{names[name][:200]}\n  differs in {'; '.join(pairs[:3])}{' ...' if len(pairs) > 3 else ''}")
    print(f"{len(paths)} objects, {same} shared functions with the same code, {len(wrong)} with other code")
    return 1 if wrong or unique else 0


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in ("levels", "shared"):
        sys.exit(__doc__)
    sys.exit(check_levels(sys.argv[2:]) if sys.argv[1] == "levels" else check_shared(sys.argv[2:]))
