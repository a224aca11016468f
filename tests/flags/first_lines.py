#!/usr/bin/env python3
"""What a reader copies first compiles as users compile, at -O2: README's first C++ block, a program, and the line
`... = cnnpool::pool(...)` in the comment of every adapter that has one.

    first_lines.py readme COMPILER ROOT
    first_lines.py adapters COMPILER ROOT [--flag=FLAG]...

An adapter is included as it is; its line gets an any_feature_view and a feature_view<float> for the framework's tensor:
the code that is compiled is the same. Where its framework is not installed an adapter is skipped with a line.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile
import time

PREAMBLE = "#include <cnnpool/all.hpp>\n#include <cstdio>\n#include <vector>\n"


def compile_unit(compiler, root, text, flags):
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "first_lines.cpp")
        with open(source, "w", encoding="utf-8") as file:
            file.write(text)
        start = time.monotonic()
        done = subprocess.run([compiler, "-std=c++20", "-O2", *flags, "-I", os.path.join(root, "include"), "-c", source,
                               "-o", os.path.join(folder, "first_lines.o")], capture_output=True, text=True,
                              check=False)
        print(f"{compiler} -O2: {time.monotonic() - start:.0f} s\n{done.stderr[:4000]}", end="")
        return done.returncode


def readme(compiler, root):
    with open(os.path.join(root, "README.md"), encoding="utf-8") as file:
        block = re.search(r"^```cpp\n(.*?)^```", file.read(), flags=re.M | re.S).group(1)
    return compile_unit(compiler, root, block, ["-Wall", "-Wextra", "-Werror"])


def adapters(compiler, root, flags):
    include = os.path.join(root, "include")
    headers, statements, found_lines = [], [], 0
    for path in sorted(glob.glob(os.path.join(include, "cnnpool", "adapters", "*.hpp"))):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        comment = re.match(r"(?://[^\n]*\n)+", text).group(0)
        found = re.search(r"cnnpool::pool\(([^,]+), ([^;]+)\);", comment)
        if not found:
            continue
        found_lines += 1
        name = os.path.relpath(path, include)
        missing = [h for h in re.findall(r"^#include <([^>]+)>", text, flags=re.M)
                   if subprocess.run([compiler, *flags, "-E", "-x", "c++", "-", "-o", os.devnull],
                                     input=f"#include <{h}>\n", capture_output=True, text=True, check=False).returncode]
        if missing:
            print(f"skipped: {name}: {missing[0]} is not installed")
            continue
        headers.append(name)
        statements.append(f"  use(cnnpool::pool(x, {found.group(2)}));  // {found.group(1)}, {name}\n")
    assert found_lines >= 8 and headers, f"only {found_lines} adapters have a line with cnnpool::pool"
    print(f"{len(headers)} adapters: {', '.join(headers)}")
    text = PREAMBLE + "".join(f"#include <{h}>\n" for h in headers)
    text += "template <class D> void use(const D& d) { std::printf(\"%g\\n\", static_cast<double>(d(0, 0))); }\n"
    text += "template <class X> void all(const X& x) {\n" + "".join(statements) + "}\n"
    text += "void any(const cnnpool::any_feature_view& x) { all(x); }\n"
    text += "void typed(const cnnpool::feature_view<float>& x) { all(x); }\n"
    return compile_unit(compiler, root, text, flags)


if __name__ == "__main__":
    if len(sys.argv) < 4 or sys.argv[1] not in ("readme", "adapters"):
        sys.exit(__doc__)
    if sys.argv[1] == "readme":
        sys.exit(readme(*sys.argv[2:4]))
    sys.exit(adapters(*sys.argv[2:4], [f.removeprefix("--flag=") for f in sys.argv[4:]]))
