#!/usr/bin/env python3
"""How often the kernels write a fold's step out, in the assembly of one call at -O2.

    copies.py COMPILER INCLUDE_DIR MOST
"""
import os
import subprocess
import sys


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    compiler, include, most = sys.argv[1], sys.argv[2], int(sys.argv[3])
    unit = os.path.join(os.path.dirname(os.path.abspath(__file__)), "copies.cpp")
    done = subprocess.run([compiler, "-std=c++20", "-O2", "-I", include, "-S", unit, "-o", "-"], capture_output=True,
                          text=True, check=False)
    copies = done.stdout.count("# one step")
    print(f"{done.stderr[:2000]}{compiler} -O2: {copies} copies of a step, {most} at the most")
    return 0 if done.returncode == 0 and 0 < copies <= most else 1


if __name__ == "__main__":
    sys.exit(main())
