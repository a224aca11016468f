#!/usr/bin/env python3
"""The rules of the house, read off the files themselves.

    house.py ROOT          prints every broken rule as `file:line: sentence`; fails when there is one
    house.py --self-test   breaks every rule once in a temporary tree and fails unless each is found

Rules: an include points to a lower floor or a sibling (FLOORS); policies and stages never name a backend and backends
never a policy; only adapters and backends see a framework (Eigen is allowed where linear algebra lives), and where it
is missing, one sentence says what to install; headers have `#pragma once`, an opening comment and at most 300 lines;
code has at most 120 columns; sources are ASCII; macros of the headers start with CNNPOOL_; no file holds a path of
somebody's machine.
"""
import os
import re
import subprocess
import sys
import tempfile

# First match wins. (floor, pattern of a path under include/cnnpool)
FLOORS = [
    (0, r"(version|config)\.hpp"),
    (1, r"core/.*"),
    (3, r"(concepts|adapter|kernel/run_policy)\.hpp"),
    (2, r"kernel/.*"),
    (4, r"(policy|post)/.*"),
    (5, r"backend/.*"),
    (6, r"(pool|pool_list|run_call|verdict|missing_member|chain|concat|compose|pipelines|misuse|library)\.hpp"),
    (6, r"(fit|search|evaluate|io|testing)/.*"),
    (7, r"adapters/.*"),
    (8, r"(cnnpool|all|fit)\.hpp"),
]
POLICIES, BACKENDS, ADAPTERS = 4, 5, 7
ADAPTERS_SEE = 3  # the highest floor that an adapter may include
EIGEN_IN = r"(fit|search|post|adapters)/.*|fit\.hpp"
FRAMEWORKS_IN = r"(adapters|backend)/.*|evaluate/ground_truth_json\.hpp|io/npz\.hpp"
# What comes with a compiler, or is asked for where the system has it.
COMPILERS_OWN = r"sys/.*|(fcntl|unistd|omp|arm_neon|immintrin|string)\.h"
# Words that mean something else too: found only where they are used as the name of a policy.
COMMON_WORDS = {"sum", "max", "average", "product", "reading", "nonzero", "regional", "cube"}
SOURCES = (".hpp", ".cuh", ".cpp", ".cu", ".cmake", ".txt", ".py", ".json", ".sh", ".in", ".md")
# Code with at most 120 columns.
CODE = re.compile(r"(include|tests|examples|benchmarks|cmake)/.*(\.(hpp|cuh|cpp|cu|py|cmake)|CMakeLists\.txt)")
MACHINE_PATH = re.compile(rb"(?<![\w./$}~-])/(?:work|root|tmp|home)/[\w.]")


def tracked(root):
    """Files under version control or about to be; every file where there is no git."""
    git = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                         capture_output=True, check=False)
    if git.returncode == 0:
        names = git.stdout.decode().split("\0")
    else:
        names = [os.path.relpath(os.path.join(d, f), root) for d, _, files in os.walk(root) for f in files]
    return sorted(n for n in names if n and os.path.isfile(os.path.join(root, n)))


def without_comments(text):
    """Comments and the contents of string literals blanked, line numbers kept."""
    def blank(match):
        piece = match.group(0)
        return '""' if piece[0] == '"' else re.sub(r"[^\n]", " ", piece)
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def floor_of(path):
    return next((floor for floor, pattern in FLOORS if re.fullmatch(pattern, path)), None)


def types_of(text):
    """Names of the classes that a header defines at namespace scope; specialisations are somebody else's."""
    return set(re.findall(r"^(?:struct|class)\s+(\w+)\b(?!\s*[;<])", text, flags=re.M))


class House:
    def __init__(self, root):
        self.root = root
        self.broken = []
        self.files = tracked(root)
        self.headers = {}
        for name in self.files:
            if name.startswith("include/cnnpool/"):
                self.headers[name[len("include/cnnpool/"):]] = self.read(name).decode("utf-8", "replace")

    def read(self, name):
        with open(os.path.join(self.root, name), "rb") as file:
            return file.read()

    def say(self, name, line, sentence):
        self.broken.append(f"{name}:{line}: {sentence}")

    def check(self):
        for path, text in self.headers.items():
            self.check_header(path, text)
            self.check_includes(path, text)
        self.check_names()
        for name in self.files:
            self.check_bytes(name, self.read(name))
        return self.broken

    def check_header(self, path, text):
        name = "include/cnnpool/" + path
        lines = text.splitlines()
        if floor_of(path) is None:
            self.say(name, 1, "has no floor; give it one in tests/house/house.py")
        if len(lines) > 300:
            self.say(name, 301, f"{len(lines)} lines, a header has at most 300")
        if not text.startswith("//"):
            self.say(name, 1, "a header opens with a comment that says what it computes")
        if "#pragma once" not in lines:
            self.say(name, 1, "#pragma once is missing")
        for number, line in enumerate(lines, 1):
            macro = re.match(r"\s*#\s*define\s+(\w+)", line)
            if macro and not macro.group(1).startswith("CNNPOOL_"):
                self.say(name, number, f"macro {macro.group(1)} does not start with CNNPOOL_")

    def check_includes(self, path, text):
        name = "include/cnnpool/" + path
        floor = floor_of(path)
        for number, line in enumerate(without_comments_keep_includes(text), 1):
            found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if not found or floor is None:
                continue
            quote, target = found.groups()
            if quote == "<" and not target.startswith("cnnpool/"):
                self.check_framework(path, number, target, text)
                continue
            resolved = target[len("cnnpool/"):] if quote == "<" else \
                os.path.normpath(os.path.join(os.path.dirname(path), target))
            if resolved not in self.headers:
                self.say(name, number, f"includes {target}, which is not a header of the library")
                continue
            below = floor_of(resolved)
            if below is None:
                continue
            if below > floor:
                self.say(name, number, f"floor {floor} includes {resolved} of floor {below}: an upward arrow")
            elif path.startswith("post/") and resolved.startswith("policy/"):
                self.say(name, number, f"a stage includes a policy, {resolved}")
            elif floor == BACKENDS and below == POLICIES:
                self.say(name, number, f"a backend includes {resolved}: policies and backends never meet")
            elif floor == ADAPTERS and below > ADAPTERS_SEE and below != ADAPTERS:
                self.say(name, number, f"an adapter includes {resolved} of floor {below}, it sees floors 0 to "
                                       f"{ADAPTERS_SEE} and its framework only")

    def check_framework(self, path, number, target, text):
        if not re.search(r"/|\.h$", target) or re.fullmatch(COMPILERS_OWN, target):
            return
        name, eigen = "include/cnnpool/" + path, target.startswith("Eigen/")
        if not re.fullmatch(FRAMEWORKS_IN, path) and not (eigen and re.fullmatch(EIGEN_IN, path)):
            self.say(name, number, f"includes <{target}>, a framework, outside adapters and backends")
            return
        library = re.escape(target.split("/")[0])
        if not self.says_missing(path, text[:text.index(f"#include <{target}>")], library):
            self.say(name, number, f"includes <{target}> and does not say what to install where it is missing")

    def says_missing(self, path, text, library):
        """Whether what stands in front of a framework's header, or a header of the library included there, says so."""
        sentence = rf'"cnnpool/{re.escape(path)}: <[^>]+> is missing; install [^"]+"'
        if re.search(rf"#if !__has_include\(<{library}[^>]*>\)\n#error {sentence}\n#endif", text):
            return True
        before = [os.path.join(os.path.dirname(path), n) for n in re.findall(r'^#include "(\w+\.hpp)"$', text, re.M)]
        return any(self.says_missing(b, self.headers.get(b, ""), library) for b in before)

    def check_names(self):
        policies = {n for p, t in self.headers.items() if p.startswith("policy/") for n in types_of(t)}
        backends = {n for p, t in self.headers.items() if p.startswith("backend/") for n in types_of(t)}
        backends |= {p.split("/")[1] for p in self.headers if p.count("/") > 1 and p.startswith("backend/")}
        for path, text in self.headers.items():
            if path.startswith("backend/"):
                self.find_names(path, text, policies - backends, "a backend names the policy")
            elif path.startswith(("policy/", "post/")):
                self.find_names(path, text, backends - policies - types_of(text),
                                "a policy or stage names the backend's")

    def find_names(self, path, text, names, what):
        common, own = names & COMMON_WORDS, names - COMMON_WORDS
        patterns = []
        if own:
            patterns.append(r"(?<![\w.>:])(?:cnnpool::)?(%s)\b(?!\s*::)" % "|".join(sorted(own)))
        if common:
            patterns.append(r"(?:cnnpool::(%s)\b)|(?:<|,\s?)(%s)>|\b(%s)\{" % ((("|".join(sorted(common))),) * 3))
        for number, line in enumerate(without_comments(text).splitlines(), 1):
            if line.lstrip().startswith("#include"):
                continue
            for pattern in patterns:
                for found in re.finditer(pattern, line):
                    name = next(g for g in found.groups() if g)
                    self.say("include/cnnpool/" + path, number, f"{what} {name}")

    def check_bytes(self, name, data):
        if b"\0" in data[:8000]:
            return
        source = name.endswith(SOURCES) or name.startswith(("scripts/", ".ci/"))
        code = CODE.fullmatch(name)
        for number, line in enumerate(data.split(b"\n"), 1):
            # A sentence that a compiler shows, and the one that a compile-fail twin expects, stay on one line.
            if code and len(line) > 120 and not line.startswith((b"// expect: ", b"CNNPOOL_MISUSE", b"#error ")) \
                    and b'CNNPOOL_UNAVAILABLE("' not in line:
                self.say(name, number, f"{len(line)} columns, code has at most 120")
            if MACHINE_PATH.search(line):
                self.say(name, number, "holds a path of one machine")
            if source and not line.isascii():
                self.say(name, number, "holds a byte that is not ASCII")


def without_comments_keep_includes(text):
    """Lines with comments blanked; strings stay, since an include's name is one."""
    return re.sub(r"//[^\n]*|/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text, flags=re.S).splitlines()


GOOD = {
    "include/cnnpool/config.hpp": "// Macros.\n#pragma once\n#define CNNPOOL_HD inline\n",
    "include/cnnpool/kernel/math.hpp":
        "// Math: max of two.\n#pragma once\n#include \"../config.hpp\"\n#include <cmath>\n",
    "include/cnnpool/kernel/run_policy.hpp": "// How.\n#pragma once\n#include \"math.hpp\"\n",
    "include/cnnpool/policy/max.hpp": "// Not: cpu.\n#pragma once\n#include \"../post/l2.hpp\"\nstruct max {};\n",
    "include/cnnpool/policy/gem.hpp": "// GeM.\n#pragma once\n#include \"max.hpp\"\nstruct gem {};\n",
    "include/cnnpool/post/l2.hpp": "// L2.\n#pragma once\n#include \"../kernel/run_policy.hpp\"\nstruct l2 {};\n",
    "include/cnnpool/backend/cpu/cpu.hpp":
        "// Not: gem.\n#pragma once\n#include \"../../kernel/math.hpp\"\nstruct cpu {};\nint f() { return max(1); }\n",
    "include/cnnpool/pool.hpp": "// pool.\n#pragma once\n#include \"backend/cpu/cpu.hpp\"\n",
    "include/cnnpool/adapters/eigen.hpp":
        "// Eigen.\n#pragma once\n#if !__has_include(<Eigen/Core>)\n"
        "#error \"cnnpool/adapters/eigen.hpp: <Eigen/Core> is missing; install Eigen\"\n#endif\n"
        "#include <Eigen/Core>\n#include \"../kernel/run_policy.hpp\"\n",
    "tests/golden/long.txt": 200 * "1" + "\n",
    "tests/wide.cpp": "//" + 118 * "x" + "\n",
    "README.md": "Build it in build/test.\n",
}
# (file, text, what the message holds): each alone makes the good tree a bad one.
BAD = [
    ("include/cnnpool/core/up.hpp", "// Up.\n#pragma once\n#include \"../kernel/run_policy.hpp\"\n", "an upward arrow"),
    ("include/cnnpool/core/up.hpp", "// Up.\n#pragma once\n#include <cnnpool/pool.hpp>\n", "an upward arrow"),
    ("include/cnnpool/policy/meets.hpp", "// M.\n#pragma once\n#include \"../backend/cpu/cpu.hpp\"\n",
     "an upward arrow"),
    ("include/cnnpool/backend/cpu/meets.hpp", "// M.\n#pragma once\n#include \"../../policy/gem.hpp\"\n", "never meet"),
    ("include/cnnpool/post/meets.hpp", "// M.\n#pragma once\n#include \"../policy/gem.hpp\"\n", "a stage includes"),
    ("include/cnnpool/policy/names.hpp", "// N.\n#pragma once\nstatic_assert(!is_same_v<B, cpu>);\n", "backend's cpu"),
    ("include/cnnpool/backend/cpu/names.hpp", "// N.\n#pragma once\nvoid f(const gem&);\n", "names the policy gem"),
    ("include/cnnpool/backend/cpu/names.hpp", "// N.\n#pragma once\nstatic_assert(is_same_v<F, max>);\n", "policy max"),
    ("include/cnnpool/adapters/sees.hpp", "// S.\n#pragma once\n#include \"../pool.hpp\"\n", "an adapter includes"),
    ("include/cnnpool/core/frame.hpp", "// F.\n#pragma once\n#include <opencv2/core.hpp>\n", "a framework"),
    ("include/cnnpool/policy/eigen.hpp", "// F.\n#pragma once\n#include <Eigen/Core>\n", "a framework"),
    ("include/cnnpool/adapters/mute.hpp", "// M.\n#pragma once\n#include <Eigen/Core>\n", "what to install"),
    ("include/cnnpool/core/gone.hpp", "// G.\n#pragma once\n#include \"nowhere.hpp\"\n", "not a header of the library"),
    ("include/cnnpool/lost.hpp", "// L.\n#pragma once\n", "has no floor"),
    ("include/cnnpool/core/long.hpp", "// L.\n#pragma once\n" + "\n" * 299, "at most 300"),
    ("include/cnnpool/core/mute.hpp", "#pragma once\n", "opens with a comment"),
    ("include/cnnpool/core/twice.hpp", "// T.\n", "#pragma once is missing"),
    ("include/cnnpool/core/macro.hpp", "// M.\n#pragma once\n#define MAX 3\n", "macro MAX"),
    ("tests/wide.cpp", "//" + 119 * "x" + "\n", "121 columns"),
    ("include/cnnpool/core/wide.hpp", "//" + 119 * "x" + "\n#pragma once\n", "121 columns"),
    ("tests/ascii.cpp", "// na\u00efve\n", "not ASCII"),
    ("docs/paths.md", "Run it in " + "/" + "home/me/cnnpool.\n", "path of one machine"),
    ("scripts/paths", "cd " + "/" + "tmp/x\n", "path of one machine"),
]


def self_test():
    def broken_in(tree):
        with tempfile.TemporaryDirectory() as root:
            for name, text in tree.items():
                os.makedirs(os.path.join(root, os.path.dirname(name)), exist_ok=True)
                with open(os.path.join(root, name), "w", encoding="utf-8") as file:
                    file.write(text)
            return House(root).check()

    wrong = [f"the good tree: {b}" for b in broken_in(GOOD)]
    for name, text, message in BAD:
        found = broken_in({**GOOD, name: text})
        if len(found) != 1 or name not in found[0] or message not in found[0]:
            wrong.append(f"{name} should give `{message}` and nothing else, gave {found}")
    print("\n".join(wrong) or f"{len(BAD)} bad trees found, 1 good tree passed")
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    house = House(sys.argv[1])
    if not house.headers:
        print(f"{sys.argv[1]}: no header under include/cnnpool")
        return 1
    broken = house.check()
    print("\n".join(broken) or f"{len(house.files)} files, {len(house.headers)} headers: every rule holds")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
