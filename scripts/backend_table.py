#!/usr/bin/env python3
"""The table of policies and backends in docs/backends.md, produced by running the suite.

    backend_table.py BUILD_DIR     runs what is built and writes the table
    backend_table.py --check       runs nothing: the page's rows are the test cases that there are, and none failed
"""
import glob
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

BACKENDS = ["cpu", "reference", "blocks", "thrust_cpp", "thrust_omp", "thrust_tbb", "cuda_on_cpu", "cuda", "thrust_cuda"]
TITLES = {"cuda_on_cpu": "cuda, interpreted"}
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
PAGE = os.path.join(ROOT, "docs", "backends.md")
BEGIN, END = "<!-- table: scripts/backend_table.py -->", "<!-- end of the table -->"


def programs(build, backend):
    tests = os.path.join(build, "tests")
    if backend != "cpu":
        return [p for p in [os.path.join(tests, "test_backend_" + backend)] if os.path.exists(p)]
    cases = [os.path.splitext(os.path.basename(c))[0]
             for c in glob.glob(os.path.join(ROOT, "tests", "backend", "cases", "*.cpp"))]
    return [p for p in (os.path.join(tests, "test_backend_cpu_" + c) for c in sorted(cases)) if os.path.exists(p)]


def results(program):
    """{test case: passed}, or None where the program has nothing to run on (exit code 77)."""
    with tempfile.TemporaryDirectory() as folder:  # what the tests print themselves is not in the report's file
        report = os.path.join(folder, "report.xml")
        done = subprocess.run([program, "-r", "xml", "-o", report], capture_output=True, check=False)
        if done.returncode == 77:
            return None
        tree = xml.parse(report)
    cases = {}
    for case in tree.iter("TestCase"):  # of those without a CHECK that was reached too
        good = case.find("OverallResult").get("success") == "true"
        cases[case.get("name")] = cases.get(case.get("name"), True) and good
    return cases


def page():
    """The page before, inside and behind the table."""
    with open(PAGE, encoding="utf-8") as file:
        before, rest = file.read().split(BEGIN)
    table, after = rest.split(END)
    return before, table.strip(), after


def case_names():
    there = set()
    for file in glob.glob(os.path.join(ROOT, "tests", "backend", "cases", "*.cpp")):
        with open(file, encoding="utf-8") as source:
            there.update(re.findall(r'^TEST_CASE\("([^"]*)"', source.read(), flags=re.M))
    return there


def check():
    there = case_names()
    lines = page()[1].splitlines()[2:]
    problems = [f"not in docs/backends.md as in tests/backend/cases: {row}; run scripts/backend_table.py"
                for row in sorted(there ^ {line.split("|")[1].strip() for line in lines})]
    problems += [line for line in lines if "FAILED" in line]
    print("\n".join(problems) or f"{len(lines)} rows, one per test case")
    return 1 if problems else 0


def main():
    if sys.argv[1:] == ["--check"]:
        return check()
    build = sys.argv[1]
    columns, rows = {}, {}
    for backend in BACKENDS:
        cells, missing = {}, not programs(build, backend)
        for program in programs(build, backend):
            found = results(program)
            missing = missing or found is None
            cells.update(found or {})
        columns[backend] = None if missing else cells
        rows.update(dict.fromkeys(cells))
    lines = ["| what is compared with the oracle | " + " | ".join(TITLES.get(b, b.replace("_", " ")) for b in BACKENDS) + " |",
             "|---|" + "---|" * len(BACKENDS)]
    for row in sorted(case_names() & set(rows)):  # a program may have cases of its backend alone
        cells = ["not run" if c is None else "yes" if c.get(row) else "FAILED" if row in c else "-"
                 for c in columns.values()]
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    before, _, after = page()
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}")
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
