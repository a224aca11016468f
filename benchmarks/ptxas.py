"""nvcc -Xptxas -v (with lines `== sm_90` between architectures) -> a Markdown table: registers and spills by kernel."""
import collections
import re
import subprocess
import sys

KERNELS = ("row_blocks", "column_blocks", "region_blocks", "contract_blocks", "nearest_blocks", "residual_blocks",
           "channel_gated_blocks", "each_index")


def main():
    table = collections.defaultdict(dict)
    order, arch, kernel, spill = [], "", "", 0
    with open(sys.argv[1], encoding="utf-8") as file:
        for line in file:
            if line.startswith("== "):
                arch = line[3:].strip()
                order.append(arch)
            elif "Compiling entry function" in line:
                kernel = next((k for k in KERNELS if k in line), "other")
            elif "bytes spill stores" in line:
                spill = int(re.search(r"(\d+) bytes spill stores", line).group(1))
            elif "Used" in line and "registers" in line:
                used = int(re.search(r"Used (\d+) registers", line).group(1))
                low, high, spilled, count = table[kernel].get(arch, (999, 0, 0, 0))
                table[kernel][arch] = (min(low, used), max(high, used), spilled + (spill > 0), count + 1)
    version = subprocess.run(["nvcc", "--version"], capture_output=True, text=True,
                             check=False).stdout.split("\n")[-3:-1]
    print("Registers of the CUDA backend's kernels (least to most), and how many of them spill; "
          "tests/backend/registers.cu, "
          + (version[0].strip() if version else "nvcc") + "; written by `./scripts/gpu`.\n")
    print("| kernel | " + " | ".join(order) + " |\n|---|" + "---|" * len(order))
    for kernel, cells in sorted(table.items()):
        print("| %s | " % kernel + " | ".join(
            "%d-%d, %d of %d" % cells[a] if a in cells else "-" for a in order) + " |")


if __name__ == "__main__":
    main()
