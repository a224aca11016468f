#!/usr/bin/env python3
"""Compiles and runs every C++ block of a Markdown file.

    blocks.py --prepare HEADERS INCLUDE_DIR COMPILER [--library=LIBCNNPOOL] [--flag=FLAG]...
    blocks.py FILE.md HEADERS INCLUDE_DIR COMPILER [the same options]
    blocks.py --self-test HEADERS INCLUDE_DIR COMPILER [the same options]

HEADERS is a file that --prepare writes and precompiles, what all blocks include.

What a block may be:
  ```cpp  with `int main(`     a whole program; the headers of PREAMBLE are included for it
  ```cpp  without              statements of a function. They see what PREAMBLE defines: ptr, x (1 x 512 x 24 x 32),
                               batch (4 x 512 x 24 x 32), out (4 x 512), memory. Chunks that start with struct,
                               template, class or namespace, up to a line that starts with `}`, are put in front of it
  ```text after <!-- output -->  what the block before it prints, to the letter
  ```sh   after <!-- run -->     run in the folder of the Markdown file; other shell blocks are left alone
  <!-- compiled, not run: reason -->   in front of a block: the compiler reads it, nothing is linked or run
  <!-- not compiled: reason -->  in front of a block: left alone, and printed as skipped with the reason
A block that includes a header which is not installed is skipped, with that reason printed. A block fails when it does
not compile, ends with another status than 0 (assert works), or prints something else than it should. --library: the
blocks link cnnpool::compiled.
"""
import os
import re
import subprocess
import sys
import tempfile

HEADERS = """
#undef NDEBUG
#include <cassert>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <cnnpool/all.hpp>
#include <cnnpool/fit.hpp>
"""
PREAMBLE = """
namespace given {
inline std::vector<float> values = [] {
  std::vector<float> v(4 * 512 * 24 * 32);
  unsigned random = 1;
  for (float& f : v) f = static_cast<float>((random = random * 1664525u + 1013904223u) >> 8) / 16777216.f;
  return v;
}();
inline const float* ptr = values.data();
inline const cnnpool::feature_view<float> x(ptr, {.c = 512, .h = 24, .w = 32}, cnnpool::nchw);
inline const cnnpool::feature_view<float> batch(ptr, {.n = 4, .c = 512, .h = 24, .w = 32}, cnnpool::nchw);
inline cnnpool::descriptors<float> out(4, 512);
inline cnnpool::workspace memory;
}  // namespace given
"""
FLAGS = ["-std=c++20", "-O0", "-pthread", "-Wall", "-Wextra", "-Werror", "-Wno-unused-variable",
         "-Wno-unused-but-set-variable"]
FENCE = re.compile(r"^( *)(```+)(\w*)\s*$")


class Block:
    def __init__(self, language, line, note):
        self.language, self.line, self.note = language, line, note
        self.lines = []
        self.output = None

    @property
    def text(self):
        return "\n".join(self.lines) + "\n"


def blocks_of(text):
    """The blocks in order; an output block is attached to the block before it."""
    found, block, note, closing = [], None, "", ""
    for number, line in enumerate(text.split("\n"), 1):
        fence = FENCE.match(line)
        if block is None and fence:
            block, closing = Block(fence.group(3), number + 1, note), fence.group(2)
            indent, note = len(fence.group(1)), ""
        elif block is not None and line.strip() == closing:
            if block.language == "text" and block.note == "output" and found:
                found[-1].output = block.text
            else:
                found.append(block)
            block = None
        elif block is not None:
            block.lines.append(line[indent:])
        elif line.strip():
            comment = re.fullmatch(r"\s*<!--\s*(.*?)\s*-->\s*", line)
            note = comment.group(1) if comment else ""
    return found


def program(block, name):
    """C++ of a block; #line makes the compiler name the Markdown file."""
    includes = [line for line in block.lines if line.lstrip().startswith("#include")]
    lines = ["" if line.lstrip().startswith("#include") else line for line in block.lines]
    head = "\n".join(includes) + "\n"
    if re.search(r"\bint main\(", block.text):
        return head + f'#line {block.line} "{name}"\n' + "\n".join(lines) + "\n"
    front, body, in_front = [], [], False
    for line in lines:
        if re.match(r"(struct|template|class|namespace)\b", line):
            in_front = True
        (front if in_front else body).append(line)
        (body if in_front else front).append("")
        if line.startswith("}") or (in_front and line.endswith("};")):
            in_front = False
    return (PREAMBLE + head + f'#line {block.line} "{name}"\n' + "\n".join(front) +
            "\nstatic void block() {\nusing namespace given;\n" + f'#line {block.line} "{name}"\n' +
            "\n".join(body) + "\n}\nint main() { block(); }\n")


class Runner:
    def __init__(self, headers, include, compiler, library, flags):
        self.command = [compiler, *FLAGS, *["-DCNNPOOL_COMPILED"] * bool(library), *flags, "-I", include]
        self.libraries = ["-x", "none", library] if library else []
        self.folder = tempfile.TemporaryDirectory()
        self.headers = headers
        self.with_headers = [*self.command, "-include", headers]

    def prepare(self):
        with open(self.headers, "w", encoding="utf-8") as file:
            file.write(HEADERS)
        subprocess.run([*self.command, "-x", "c++-header", self.headers, "-o", self.headers + ".gch"], check=True)

    def missing(self, block):
        wanted = re.findall(r"^\s*#include <([^>]+)>", block.text, flags=re.M)
        text = "".join(f"#if !__has_include(<{w}>)\nmissing {w}\n#endif\n" for w in wanted)
        said = subprocess.run([*self.command, "-E", "-P", "-x", "c++", "-"], input=text, capture_output=True, text=True,
                              check=False).stdout
        return re.findall(r"^missing (.*)$", said, flags=re.M)

    def check(self, block, name):
        """What is wrong with the block, or None."""
        if block.note.startswith("compiled, not run:"):
            read = subprocess.run([*self.with_headers, "-fsyntax-only", "-x", "c++", "-"], input=program(block, name),
                                  capture_output=True, text=True, check=False)
            return None if read.returncode == 0 else "does not compile\n" + read.stderr
        executable = os.path.join(self.folder.name, "program")
        built = subprocess.run([*self.with_headers, "-x", "c++", "-", *self.libraries, "-o", executable],
                               input=program(block, name), capture_output=True, text=True, check=False)
        if built.returncode != 0:
            return "does not compile\n" + built.stderr
        return self.compare(block, subprocess.run([executable], capture_output=True, text=True, check=False))

    @staticmethod
    def compare(block, ran):
        if ran.returncode != 0:
            return f"ends with status {ran.returncode}\n{ran.stdout}{ran.stderr}"
        if block.output is not None and ran.stdout.rstrip() != block.output.rstrip():
            return f"prints\n{ran.stdout}\nand should print\n{block.output}"
        return None


def check_file(path, runner):
    """(number of blocks that ran, list of problems)"""
    with open(path, encoding="utf-8") as file:
        blocks = blocks_of(file.read())
    name, ran, wrong = os.path.basename(path), 0, []
    for block in blocks:
        where = f"{name}:{block.line}"
        if block.note.startswith("not compiled:"):
            print(f"skipped: {where}: {block.note[len('not compiled:'):].strip()}")
            continue
        if block.language == "cpp":
            missing = runner.missing(block)
            if missing:
                print(f"skipped: {where}: {missing[0]} is not installed")
                continue
            problem = runner.check(block, name)
        elif block.language == "sh" and block.note == "run":
            problem = runner.compare(block, subprocess.run(["bash", "-euc", block.text], capture_output=True, text=True,
                                                           check=False, cwd=os.path.dirname(path) or "."))
        else:
            continue
        ran += 1
        if problem:
            wrong.append(f"{where}: the block {problem}")
    return ran, wrong


SELF_TEST = [  # (Markdown, part of the problem or None)
    ('```cpp\nauto d = cnnpool::pool(x, cnnpool::max());\nassert(d.cols() == 512);\n```\n', None),
    ('```cpp\nassert(x.extents().c == 3);\n```\n', "ends with status"),
    ('```cpp\nauto d = cnnpool::pool(x, nothing{});\n```\n', "does not compile"),
    ('```cpp\nint main() { std::puts("3"); }\n```\n<!-- output -->\n```text\n3\n```\n', None),
    ('```cpp\nint main() { std::puts("3"); }\n```\n<!-- output -->\n```text\n4\n```\n', "should print"),
    ('```cpp\nint main() { return 1; }\n```\n', "ends with status 1"),
    ('```cpp\nstruct three {\n  int v = 3;\n};\nassert(three{}.v == 3);\n```\n', None),
    ('<!-- compiled, not run: why -->\n```cpp\nassert(false);\n```\n', None),
    ('<!-- compiled, not run: why -->\n```cpp\nnothing;\n```\n', "does not compile"),
    ('<!-- run -->\n```sh\nfalse\n```\n', "ends with status 1"),
    ('```sh\nfalse\n```\n', None),
]


def self_test(runner):
    wrong = 0
    for text, expected in SELF_TEST:
        path = os.path.join(runner.folder.name, "self_test.md")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        problems = check_file(path, runner)[1]
        if (expected is None) != (not problems) or (expected and expected not in problems[0]):
            wrong += 1
            print(f"expected {expected!r}, got {problems} from\n{text}")
    print(f"{len(SELF_TEST)} files, {wrong} wrong")
    return 1 if wrong else 0


def main():
    path, headers, include, compiler, *options = sys.argv[1:]
    library = next((o[len("--library="):] for o in options if o.startswith("--library=")), None)
    flags = [o[len("--flag="):] for o in options if o.startswith("--flag=")]
    runner = Runner(headers, include, compiler, library, flags)
    if path == "--prepare":
        return runner.prepare()
    if path == "--self-test":
        return self_test(runner)
    ran, wrong = check_file(path, runner)
    print("\n".join(wrong) or f"{os.path.basename(path)}: {ran} blocks compile and run")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
