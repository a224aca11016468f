"""Per cent of a device copy for PyTorch eager at the same work as benchmarks/gpu.cu; a Markdown table."""
import statistics

import torch

SHAPES = [(256, 2048, 7, 7), (64, 512, 24, 32), (64, 768, 37, 37)]


def crow(x):
    s = x.sum(1, keepdim=True)
    z = (s * s).sum((2, 3), keepdim=True).sqrt()
    q = (x != 0).float().mean((2, 3))
    i = torch.where(q > 0, torch.log(q.sum(1, keepdim=True) / q), torch.zeros_like(q))
    return (x * (s / z).sqrt()).sum((2, 3)) * i


METHODS = {
    "sum": lambda x: x.sum((2, 3)),
    "max": lambda x: x.amax((2, 3)),
    "GeM 3": lambda x: x.clamp(min=1e-6).pow(3).mean((2, 3)).pow(1 / 3),
    "CroW": crow,
}


def milliseconds(f):
    start, stop = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    start.record()
    f()
    stop.record()
    stop.synchronize()
    return start.elapsed_time(stop)


print(f"PyTorch {torch.__version__}, eager, fp32, nchw:\n\n| method | batch | per cent of a copy |\n|---|---|---|")
for shape in SHAPES:
    x = torch.rand(shape, device="cuda")
    y = torch.empty_like(x)
    size = x.numel() * 4
    for name, method in METHODS.items():
        ratios = []
        for i in range(31):
            copied, pooled = milliseconds(lambda: y.copy_(x)), milliseconds(lambda: method(x))
            if i > 4:
                ratios.append((size + 4 * shape[0] * shape[1]) / pooled / (2 * size / copied))
        print(f"| {name} | {' x '.join(map(str, shape))} | {100 * statistics.median(ratios):.1f} |")
