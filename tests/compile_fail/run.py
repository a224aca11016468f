#!/usr/bin/env python3
"""A misuse must not compile, and the first thing the compiler says must be the documented sentence.

    run.py --prepare HEADERS INCLUDE_DIR COMPILER... [--flag=FLAG]...
    run.py FILE HEADERS INCLUDE_DIR COMPILER... [--flag=FLAG]...

--prepare precompiles <cnnpool/cnnpool.hpp> for each compiler: every twin that leaves the flags and macros as they are
starts from it.

FILE has a good and a bad twin: with -DCNNPOOL_GOOD it compiles, without it does not and the first error of the
compiler's output, or a note of it, holds the sentence. The comments at its top say:

    // expect: part of the sentence
    // flags: -std=c++17          for the bad twin only, optional; -nostdinc takes the frameworks' folders away too
    // needs: Eigen/Core          a header; where it is missing the test is skipped (exit code 77), optional
"""
import os
import re
import subprocess
import sys


def directive(text, word):
    found = re.search(rf"^// {word}: (.*)$", text, flags=re.M)
    return found.group(1).strip() if found else None


def compile_with(compiler, flags, file):
    done = subprocess.run([compiler, *flags, "-fsyntax-only", file], capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stderr


def has_header(compiler, flags, header):
    text = f"#if !__has_include(<{header}>)\n#error missing\n#endif\n"
    return subprocess.run([compiler, *flags, "-E", "-x", "c++", "-"], input=text, capture_output=True, text=True,
                          check=False).returncode == 0


def first_diagnostic(said):
    """The first error and the notes that belong to it."""
    lines = said.splitlines()
    errors = [i for i, line in enumerate(lines) if re.search(r"\berror:", line)] + [len(lines)]
    return "\n".join(lines[errors[0]:errors[1]]) if len(errors) > 1 else ""


def headers_for(headers, compiler):
    return f"{headers}_{os.path.basename(compiler)}.hpp"


def prepare(headers, compilers, flags):
    for compiler in compilers:
        file = headers_for(headers, compiler)
        with open(file, "w", encoding="utf-8") as text:
            text.write("#include <cnnpool/cnnpool.hpp>\n")
        subprocess.run([compiler, *flags, "-x", "c++-header", file, "-o", file + ".gch"], check=True)


def main():
    file, headers, include, *rest = sys.argv[1:]
    flags = ["-std=c++20", "-I", include] + [r[len("--flag="):] for r in rest if r.startswith("--flag=")]
    compilers = [r for r in rest if not r.startswith("--flag=")]
    if file == "--prepare":
        return prepare(headers, compilers, flags)
    with open(file, encoding="utf-8") as source:
        text = source.read()
    expected = directive(text, "expect")
    if not text.startswith("// expect: ") or not expected:
        sys.exit(f"{file}: the first line is not `// expect: sentence`")
    needed = directive(text, "needs")
    if needed and not has_header(compilers[0], flags, needed):
        print(f"skipped: {file.split('/compile_fail/')[-1]}: {needed} is not installed")
        return 77
    bad_flags = (directive(text, "flags") or "").split()
    kept = [f for f in flags if "-nostdinc" not in bad_flags or not f.startswith(("-isystem", "-idirafter"))]
    wrong = 0
    for compiler in compilers:
        read = [] if bad_flags or "#define" in text else ["-include", headers_for(headers, compiler)]
        compiled, said = compile_with(compiler, flags + read + ["-DCNNPOOL_GOOD"], file)
        if not compiled:
            wrong += 1
            print(f"{compiler}: the good twin does not compile\n{said}")
        compiled, said = compile_with(compiler, kept + read + bad_flags, file)
        first = first_diagnostic(said)
        if compiled:
            wrong += 1
            print(f"{compiler}: the bad twin compiles")
        elif expected not in first:
            wrong += 1
            print(f"{compiler}: the first error and its notes do not hold the sentence\n"
                  f"  expected: {expected}\n  first:    {first}")
        else:
            print(f"{compiler}: {first}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
