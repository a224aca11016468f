#!/usr/bin/env python3
"""Runs an example and compares what it prints with the comment at its end; on a full disk it fails.

    output.py SOURCE PROGRAM [ARGUMENT...]

The comment: a line `// prints:`, then the lines behind `// `.
"""
import difflib
import os
import subprocess
import sys


def main():
    source, command = sys.argv[1], sys.argv[2:]
    with open(source, encoding="ascii") as file:
        lines = file.read().splitlines()
    if "// prints:" not in lines:
        print(f"{source}: the line `// prints:` is missing")
        return 1
    expected = [line[3:] for line in lines[lines.index("// prints:") + 1:]]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    printed = [line.rstrip() for line in ran.stdout.splitlines()]
    if ran.returncode != 0:
        print(f"{command[0]} ended with {ran.returncode}: {ran.stderr}")
        return 1
    if os.path.exists("/dev/full"):  # what is printed may be lost, and must not look like a success
        with open("/dev/full", "w", encoding="ascii") as full:
            lost = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        if lost.returncode != 1 or "standard output cannot be written: No space left on device" not in lost.stderr:
            print(f"{command[0]} > /dev/full ended with {lost.returncode}: {lost.stderr}")
            return 1
    if len(command) > 1:  # an example that takes a folder says what is wrong with it
        bad = subprocess.run([*command[:-1], "/none"], capture_output=True, text=True, check=False)
        if bad.returncode not in (0, 1) or (bad.returncode == 1 and bad.stderr.count("\n") != 1):
            print(f"{command[0]} /none ended with {bad.returncode}: {bad.stderr}")
            return 1
    if not expected or printed != [line.rstrip() for line in expected]:
        print("\n".join(difflib.unified_diff(expected, printed, "the comment", "printed", lineterm="")))
        return 1
    print(f"{len(expected)} lines as the comment says")
    return 0


if __name__ == "__main__":
    sys.exit(main())
