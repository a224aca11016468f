#!/usr/bin/env python3
"""Words that a header must not use, each with the fault that it brought.

    words.py ROOT
    words.py --self-test
"""
import glob
import os
import re
import sys

KERNELS = r"backend/cpu/((kernels|panel)/\w+|product|nearest|residuals|map|pack_reduce|load|tiles)\.hpp$"
# (what is forbidden, where (a pattern of paths under include/cnnpool), but not there, why)
RULES = [
    (r"^namespace cnnpool(?!::inline CNNPOOL_(VARIANT|VERSION_NAMESPACE)\b)", r"", r"^$",
     "objects of other flags would share its functions: namespace cnnpool::inline CNNPOOL_VARIANT (config.hpp)"),
    (r"\bCNNPOOL_VERSION_NAMESPACE\b", r"", r"^(config|core/error)\.hpp$",
     "objects of other flags share what is in it: only error does"),
    (r"\[[&=]\](?!.*(CNNPOOL_LAMBDA|on_host))(?<!on_host\{\[&\])", KERNELS, r"^$",
     "below a target shell a lambda says CNNPOOL_LAMBDA, or it may be compiled for baseline"),
    (r"(?<!\()\bstd::(min|max|abs)\s*[(<]", r"", r"^$", "a macro of that name breaks it: (std::max)(a, b)"),
    (r"numeric_limits<[^>]*>::(min|max)\(", r"", r"^$",
     "a macro of that name breaks it: (std::numeric_limits<T>::max)()"),
    (r"(?<!\()\b(check|abs)\(", r"", r"^$", "a macro of that name breaks it: (check)(shape), absolute(x)"),
    (r"\b(small|near|far|slots|signals|emit)\b(?=\s*[=;,:(])", r"", r"^$", "is a macro of Windows or Qt"),
    (r"std::to_string\(|std::to_chars\(", r"", r"^$",
     "its table is a unique symbol, so a plugin cannot be unloaded: detail::decimal"),
    (r"^\s+static (?!constexpr|_assert)(const )?[\w:<>]+ \w+( =|\{|;)", r"", r"^$",
     "a static variable of an inline function is one for the whole process"),
    (r"__builtin_|\b__?asm__?\b|__attribute__", r"", r"^(config|core/(bytes|error)|kernel/math|backend/cpu/[\w/]+|"
     r"backend/blocks/kernel)\.hpp$", "is no C++: it stands behind a macro of config.hpp, or in core/bytes.hpp"),
    (r"-\s*limits<[^>]*>::infinity\)|=\s*V?\(?limits<[^>]*>::infinity", r"", r"^backend/cpu/pack_math\.hpp$",
     "no number with -ffast-math: limits<L>::above_all, limits<L>::largest"),
]


def code(line):
    line = re.sub(r'"(\\.|[^"\\])*"', '""', line)
    return "" if line.lstrip().startswith(("//", "*")) else line.split("//")[0]


def problems(name, text):
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        for word, where, but, why in RULES:
            match = re.search(word, code(line))
            if match and re.search(where, name) and not re.search(but, name):
                found.append(f"{name}:{number}: {match.group(0).strip()}: {why}")
    return found


def self_test():
    bad = {"core/a.hpp": ["namespace cnnpool {", "  x = std::max(a, b);", "  return std::to_string(i);",
                          "  static const int best = f();", "  void check(index) const;", "  const bool small = true;",
                          "  __builtin_memcpy(a, b, 4);", "  return V(-limits<L>::infinity);",
                          "namespace cnnpool::inline CNNPOOL_VERSION_NAMESPACE {",
                          "  return std::numeric_limits<int>::max();"],
           "backend/cpu/kernels/reduce_rows.hpp": ["  const auto f = [&](int i) { return i; };"]}
    good = {"core/a.hpp": ["namespace cnnpool::inline CNNPOOL_VARIANT {", "  x = (std::max)(a, b);  // std::max(a, b)",
                           "  void (check)(index) const;", "  static constexpr int best = 3;", "  (policy.check)(s);"],
            "backend/cpu/kernels/reduce_rows.hpp": ["  const auto f = [&](int i) CNNPOOL_LAMBDA { return i; };",
                                         "  on_host{[&](index i) { return i; }}"]}
    wrong = [f"accepted: {name}: {line}" for name, lines in bad.items() for line in lines if not problems(name, line)]
    wrong += [p for name, lines in good.items() for line in lines for p in problems(name, line)]
    print("\n".join(wrong) or "every rule holds in its examples")
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    include = os.path.join(sys.argv[1], "include", "cnnpool")
    found = []
    headers = sorted(h for ending in ("hpp", "cuh") for h in glob.glob(f"{include}/**/*.{ending}", recursive=True))
    for path in headers:
        with open(path, encoding="utf-8") as file:
            found += problems(os.path.relpath(path, include), file.read())
    print("\n".join(found) or f"{len(headers)} headers: every rule holds")
    return 1 if found or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
