#!/usr/bin/env python3
"""Compiles and runs every C++ block of a Markdown file, as the page shows it.

    blocks.py FILE.md INCLUDE_DIR COMPILER [--library=LIBCNNPOOL] [--flag=FLAG]...
    blocks.py --self-test INCLUDE_DIR COMPILER [the same options]

What a block may be:
  ```cpp    a whole program: it has `int main(`, and an #include for what it uses (NEEDS; the compiler finds the rest)
  ```text after <!-- output -->  what the block before it prints, to the letter
  ```sh     after <!-- run -->   run in the folder of the Markdown file; other shell blocks are left alone
  <!-- allocates nothing in its loop: n = 1, 8 -->  in front of a program with `n = 1;` and one loop `i < ROUNDS`: for
                                 each of these n, it allocates as often without the loop as with it
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

# What a block uses, and the header that it then has to include: other headers may bring it, but need not.
NEEDS = {r"\bassert\(": "cassert", r"\bstd::u?int\d+_t\b": "cstdint", r"\bstd::(printf|puts|remove)\b": "cstdio",
         r"\bstd::string\b": "string", r"\bstd::thread\b": "thread", r"\bstd::vector\b": "vector",
         r"\bstd::(count|sort|max_element|min_element)\b": "algorithm", r"\bstd::c(out|err)\b": "iostream"}
FLAGS = ["-std=c++20", "-O0", "-pthread", "-Wall", "-Wextra", "-Werror", "-Wno-unused-variable",
         "-Wno-unused-but-set-variable"]
TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
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


def incomplete(block):
    """Why the block is not a whole program, or None."""
    if not re.search(r"\bint main\(", block.text):
        return "is not a whole program: it has no int main()"
    for used, header in NEEDS.items():
        found = re.search(used, block.text)
        if found and not re.search(rf"^\s*#include <{header}>", block.text, flags=re.M):
            return f"uses {found.group(0)} and does not include <{header}>"
    return None


class Runner:
    def __init__(self, include, compiler, library, flags):
        self.command = [compiler, *FLAGS, *["-DCNNPOOL_COMPILED"] * bool(library), *flags, "-I", include]
        self.libraries = ["-x", "none", library] if library else []
        self.folder = tempfile.TemporaryDirectory()

    def build(self, text, *sources):
        """(what is wrong or None, the executable)"""
        executable = os.path.join(self.folder.name, "program")
        command = [*self.command, *sources, "-x", "c++", "-", *self.libraries, "-o", executable]
        built = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        return (None if built.returncode == 0 else "does not compile\n" + built.stderr), executable

    def missing(self, block):
        wanted = re.findall(r"^\s*#include <([^>]+)>", block.text, flags=re.M)
        text = "".join(f"#if !__has_include(<{w}>)\nmissing {w}\n#endif\n" for w in wanted)
        said = subprocess.run([*self.command, "-E", "-P", "-x", "c++", "-"], input=text, capture_output=True, text=True,
                              check=False).stdout
        return re.findall(r"^missing (.*)$", said, flags=re.M)

    def check(self, block, name):
        """What is wrong with the block, or None."""
        problem = incomplete(block)
        if problem:
            return problem
        text = f'#line {block.line} "{name}"\n' + block.text  # the compiler names the Markdown file
        if block.note.startswith("compiled, not run:"):
            read = subprocess.run([*self.command, "-fsyntax-only", "-x", "c++", "-"], input=text, capture_output=True,
                                  text=True, check=False)
            return None if read.returncode == 0 else "does not compile\n" + read.stderr
        problem, executable = self.build(text)
        if problem:
            return problem
        promised = re.match(r"allocates nothing in its loop: n = (.*)", block.note)
        if promised:
            return self.check_allocations(text, promised.group(1).split(", "))
        return self.compare(block, subprocess.run([executable], capture_output=True, text=True, check=False))

    def check_allocations(self, text, batches):
        for n in batches:
            made = []
            for rounds in ("i < 0", r"\g<0>"):
                variant, batch_found = re.subn(r"\bn = 1;", f"n = {n};", text)
                variant, loop_found = re.subn(r"\bi < \d+", rounds, variant)
                if (batch_found, loop_found) != (1, 1):
                    return f"has {batch_found} times `n = 1;` and {loop_found} times `i < ROUNDS`, expected once each"
                problem, executable = self.build(variant, "-I", TESTS, os.path.join(TESTS, "counting_new.cpp"),
                                                 os.path.join(TESTS, "docs", "allocations_at_exit.cpp"))
                if problem:
                    return problem
                ran = subprocess.run([executable], capture_output=True, text=True, check=False)
                if ran.returncode != 0:
                    return f"ends with status {ran.returncode} where n is {n}\n{ran.stdout}{ran.stderr}"
                made.append(int(ran.stderr.split()[-1]))
            if made[0] != made[1]:
                return f"allocates {made[1] - made[0]} times in its loop where n is {n}, expected 0"
        return None

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


PRINTS_3 = '```cpp\n#include <cstdio>\nint main() { std::puts("3"); }\n```\n'
ONCE = "<!-- allocates nothing in its loop: n = 1, 8 -->\n"
LOOP = ONCE + '''```cpp
#include <vector>
int main() {
  const int n = 1;
  std::vector<int> kept(n);
  for (int i = 0; i < 3; ++i) %s;
}
```
'''
SELF_TEST = [  # (Markdown, part of the problem or None)
    ('```cpp\n#include <cnnpool/version.hpp>\nint main() { return CNNPOOL_VERSION_MAJOR; }\n```\n', None),
    ('```cpp\n#include <cassert>\nint main() { assert(false); }\n```\n', "ends with status"),
    ('```cpp\nint main() { return CNNPOOL_VERSION_MAJOR; }\n```\n', "does not compile"),
    ('```cpp\nnothing();\n```\n', "no int main()"),
    ('```cpp\n#include <thread>\nint main() { std::vector<int> v; }\n```\n', "does not include <vector>"),
    (PRINTS_3 + "<!-- output -->\n```text\n3\n```\n", None),
    (PRINTS_3 + "<!-- output -->\n```text\n4\n```\n", "should print"),
    ('```cpp\nint main() { return 1; }\n```\n', "ends with status 1"),
    ('<!-- compiled, not run: why -->\n```cpp\nint main() { return 1; }\n```\n', None),
    ('<!-- compiled, not run: why -->\n```cpp\nint main() { nothing; }\n```\n', "does not compile"),
    (LOOP % "kept[0] = i", None),
    (LOOP % "kept.resize(kept.size() * 2)", "allocates 3 times in its loop where n is 1"),
    (LOOP % "if (n > 1) std::vector<int>(3)", "allocates 3 times in its loop where n is 8"),
    (ONCE + '```cpp\nint main() {}\n```\n', "expected once each"),
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
    path, include, compiler, *options = sys.argv[1:]
    library = next((o[len("--library="):] for o in options if o.startswith("--library=")), None)
    flags = [o[len("--flag="):] for o in options if o.startswith("--flag=")]
    runner = Runner(include, compiler, library, flags)
    if path == "--self-test":
        return self_test(runner)
    ran, wrong = check_file(path, runner)
    print("\n".join(wrong) or f"{os.path.basename(path)}: {ran} blocks compile and run")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
