"""Google Benchmark JSON files -> Markdown: rho by method and workload, other work, then ours and peers in turns.

table.py FILE..."""
import json
import sys

WORKLOADS = ["A", "B", "C", "D", "C_cold", "64xB"]
PEERS = ["Eigen", "OpenBLAS", "FAISS", "VLFeat", "nearest", "by rows"]  # the last two: ours, no index


def benchmarks_of(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    return json.loads(text)["benchmarks"] if text.strip() else []  # empty where the filter left nothing to run


def rows_of(entries):
    """{method: {workload: (rho, microseconds)}}"""
    table = {}
    for b in entries:
        method, workload = b["name"].split("/")[:2]
        table.setdefault(method, {})[workload] = (b["rho"], b["real_time"])
    return table


def has_peers(b):
    return any(key.startswith("times_") for key in b)


def in_workload(b):
    return not has_peers(b) and b["name"].split("/")[1] in WORKLOADS


def print_rho(paths):
    print("| method | " + " | ".join(WORKLOADS) + " | us at B |")
    print("|---|" + "---|" * (len(WORKLOADS) + 1))
    for path in paths:
        native = path.endswith("native.json")
        for method, cells in rows_of(b for b in benchmarks_of(path) if in_workload(b)).items():
            label = method + (" (-march=native)" if native else "")
            values = ["%.2f" % cells[w][0] if w in cells else "-" for w in WORKLOADS]
            print("| %s | %s | %.1f |" % (label, " | ".join(values), cells["B"][1] if "B" in cells else float("nan")))


def print_peers(paths):
    entries = [b for path in paths for b in benchmarks_of(path) if has_peers(b)]
    if not entries:
        return
    print("\nOne thread, in turns. Of each peer: its time / ours (more than 1: ours is faster), and its rho.\n")
    print("| work | us | rho | " + " | ".join(PEERS) + " |")
    print("|---|" + "---:|" * (len(PEERS) + 2))
    for b in entries:
        cells = ["%.2f (%.3f)" % (b["times_" + p], b["rho_" + p]) if "times_" + p in b else "-" for p in PEERS]
        work = "/".join(b["name"].split("/")[:2])
        print("| %s | %.0f | %.2f | %s |" % (work, b["real_time"], b["rho"], " | ".join(cells)))


def print_others(paths):
    entries = [b for path in paths for b in benchmarks_of(path) if not has_peers(b) and not in_workload(b)]
    if entries:
        print("\n| work | us | rho |\n|---|---:|---:|")
    for b in entries:
        print("| %s | %.0f | %.2f |" % ("/".join(b["name"].split("/")[:2]), b["real_time"], b["rho"]))


if __name__ == "__main__":
    print_rho(sys.argv[1:])
    print_others(sys.argv[1:])
    print_peers(sys.argv[1:])
