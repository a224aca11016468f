"""Google Benchmark JSON files -> one Markdown table per kind: rho by method and workload. Usage: table.py FILE..."""
import json
import sys

WORKLOADS = ["A", "B", "C", "D", "C_cold", "64xB"]


def rows_of(path):
    """{method: {workload: (rho, microseconds)}}"""
    table = {}
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if text.strip():  # empty where the filter left nothing to run
        for b in json.loads(text)["benchmarks"]:
            method, workload = b["name"].split("/")[:2]
            table.setdefault(method, {})[workload] = (b["rho"], b["real_time"])
    return table


def main():
    print("| method | " + " | ".join(WORKLOADS) + " | us at B |")
    print("|---|" + "---|" * (len(WORKLOADS) + 1))
    for path in sys.argv[1:]:
        native = path.endswith("native.json")
        for method, cells in rows_of(path).items():
            label = method + (" (-march=native)" if native else "")
            values = ["%.2f" % cells[w][0] if w in cells else "-" for w in WORKLOADS]
            print("| %s | %s | %.1f |" % (label, " | ".join(values), cells["B"][1] if "B" in cells else float("nan")))


if __name__ == "__main__":
    main()
