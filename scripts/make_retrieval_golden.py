#!/usr/bin/env python3
"""Golden results of retrieval by NumPy alone: writes tests/golden/retrieval.txt, which a C++ test compares with.

Query expansion, database augmentation, k-reciprocal re-ranking and every measure, written from the formulas with whole
matrices in float64 and no code of the library. The descriptors come from a linear congruence that the test repeats, so
only results are stored. Run again: scripts/make_retrieval_golden.py (the same bytes every time).
"""
import os

import numpy as np

QUERIES, ROWS, SIZE = 6, 40, 16
K1, K2, LAMBDA = 20, 6, 0.3


def descriptors():
    """(s_k mod 1000) / 999 plus 0.3 on every fifth component of a row's group, L2-normalised in float32."""
    state, values = 12345, []
    for _ in range((QUERIES + ROWS) * SIZE):
        state = (state * 1103515245 + 12345) % 2**31
        values.append((state >> 8) % 1000 / 999)
    x = np.asarray(values, np.float64).reshape(-1, SIZE)
    for i, row in enumerate(x):
        row[i % 5 :: 5] += 0.3
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return x.astype(np.float32).astype(np.float64)


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def order(scores):
    """Largest first, ties to the lower index."""
    return np.argsort(-scores, kind="stable")


def expand(q, x, k, alpha, own=None):
    s = unit(x) @ unit(q)
    if own is not None:
        s[own] = -np.inf
    best = order(s)[: min(k, len(x) - (own is not None))]
    weights = np.ones(len(best)) if alpha is None else np.maximum(s[best], 0) ** alpha
    return unit((q + weights @ x[best]) / (len(best) + 1))


def rerank(q, x):
    """The published program on one set of queries and rows."""
    n, every = len(q), np.concatenate([q, x])
    d = ((every[:, None] - every[None]) ** 2).sum(axis=2)
    d = d / d.max(axis=1, keepdims=True)
    rank = np.argsort(d, axis=1, kind="stable")
    v = np.zeros_like(d)

    def reciprocal(i, k):
        forward = rank[i, : k + 1]
        return forward[(rank[forward, : k + 1] == i).any(axis=1)]

    for i in range(len(every)):
        own = reciprocal(i, K1)
        found = own
        for j in own:
            more = reciprocal(j, int(np.around(K1 / 2)))
            if len(np.intersect1d(more, own)) > 2 / 3 * len(more):
                found = np.append(found, more)
        found = np.unique(found)
        v[i, found] = np.exp(-d[i, found])
        v[i] /= v[i].sum()
    v = np.stack([v[rank[i, :K2]].mean(axis=0) for i in range(len(every))])
    out = np.empty((n, len(x)))
    for i in range(n):
        shared = np.minimum(v[i], v[n:]).sum(axis=1)
        out[i] = (1 - LAMBDA) * (1 - shared / (2 - shared)) + LAMBDA * d[i, n:]
    return out


def ranks(ranked, positives, junk):
    clean = [r for r in ranked if r not in junk]
    return np.flatnonzero(np.isin(clean, positives))


def oxford(r, positives):
    total = 0
    for j, rank in enumerate(r):
        total += ((1 if rank == 0 else j / rank) + (j + 1) / (rank + 1)) / 2
    return total / len(positives)


def rectangular(r, positives):
    return sum((j + 1) / (rank + 1) for j, rank in enumerate(r)) / len(positives)


def precision(r, k):
    kq = min(r.max() + 1, k)
    return (r + 1 <= kq).sum() / kq


def main():
    every = descriptors()
    q, x = every[:QUERIES], every[QUERIES:]
    lines = []

    def put(name, index, values):
        lines.append(" ".join([name, str(index)] + [f"{v:.12g}" for v in np.atleast_1d(values)]))

    for i in range(QUERIES):
        put("average_expansion", i, expand(q[i], x, 5, None))
        put("alpha_expansion", i, expand(q[i], x, 10, 3))
        put("rerank", i, rerank(q, x)[i])
    for i in range(0, ROWS, 7):
        put("augment", i, expand(x[i], x, 4, None, own=i))
        put("augment_alpha", i, expand(x[i], x, 4, 2.5, own=i))
    for i in range(QUERIES):
        ranked = order(x @ q[i])
        rows = np.arange(ROWS)
        group = (rows + QUERIES) % 5 == i % 5
        easy, hard, junk = rows[group & (rows % 3 == 0)], rows[group & (rows % 3 == 1)], rows[group & (rows % 3 == 2)]
        for name, positives, left_out in (
            ("easy", easy, np.concatenate([junk, hard])),
            ("medium", np.concatenate([easy, hard]), junk),
            ("hard", hard, np.concatenate([junk, easy])),
        ):
            r = ranks(ranked, positives, left_out)
            put(name, i, [oxford(r, positives), rectangular(r, positives)] + [precision(r, k) for k in (1, 5, 10)]
                + [(r < 4).sum() / len(positives)])
    path = os.path.join(os.path.dirname(__file__), "..", "tests", "golden", "retrieval.txt")
    with open(path, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
