"""Dawid-Skene with NumPy on the ratings of ConsensusBenchmark: prints the median of the rounds' seconds, the log-likelihood and the steps.

Vectorised over the items. Expectation takes a row of each rater's table of logarithms for every item. Maximisation, by kind:
"numpy": one np.bincount for each rater and class (faster here than a dense product with indicators, a sorted
np.add.reduceat, or np.add.at); "scipy": one product with a sparse matrix of SciPy; "merged": the same, and equal rows are
counted once as our implementation does, by np.unique over the rows written as numbers.
"""
import sys
import time
import numpy as np
from scipy import sparse

items, raters, classes, rounds, tolerance = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])
kind = sys.argv[6]
merged = kind == "merged"


def mix(x):
    with np.errstate(over="ignore"):
        z = x * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def make():
    at = np.arange(items * raters, dtype=np.uint64)
    drawn = mix(at + np.uint64(1))
    truth = mix((at // np.uint64(raters)) + np.uint64(1 << 40)) % np.uint64(classes)
    skill = np.uint64(90) - np.uint64(10) * (at % np.uint64(raters) % np.uint64(5))
    said = np.where(drawn % np.uint64(100) < skill, truth, (drawn >> np.uint64(32)) % np.uint64(classes)).astype(np.int64)
    said[(drawn >> np.uint64(16)) % np.uint64(100) >= 90] = -1
    return said.reshape(items, raters)


def fit(said):
    everyone = said
    rated = (said >= 0).any(axis=1)
    said = said[rated]
    weights, back = 1, None
    if merged:
        keys = ((said + 1) * (classes + 1) ** np.arange(raters)).sum(axis=1)
        _, first, back, times = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
        said, weights = said[first], times[:, None].astype(float)
    columns = np.ascontiguousarray(said.T)
    given = said >= 0
    dummies = np.where(columns < 0, classes, columns)
    if kind != "numpy":
        cells = (said + np.arange(raters) * classes)[given]
        starts = np.concatenate(([0], np.cumsum(given.sum(axis=1))))
        indicators = sparse.csr_matrix((np.ones(len(cells)), cells, starts), shape=(len(said), raters * classes)).T.tocsr()
    posteriors = np.zeros((len(said), classes))
    for column in columns:
        there = np.flatnonzero(column >= 0)
        posteriors[there, column[there]] += 1
    posteriors /= posteriors.sum(axis=1, keepdims=True)
    # The last row, of no rating, is that of column -1.
    logs = np.zeros((raters, classes + 1, classes))
    rows = np.empty_like(posteriors)
    before, steps = -np.inf, 0
    while True:
        weighted = posteriors * weights if merged else posteriors
        if kind == "numpy":
            by_class = np.ascontiguousarray(weighted.T)
            counts = np.array([[np.bincount(column, part, classes + 1)[:classes] for part in by_class] for column in dummies]).transpose(0, 2, 1)
        else:
            counts = (indicators @ weighted).reshape(raters, classes, classes)
        mass = weighted.sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            total = counts.sum(axis=1, keepdims=True)
            logs[:, :-1] = np.log(np.where(total > 0, counts / total, 1 / classes))
            prior = np.log(mass / mass.sum())
        posteriors[:] = prior
        for r, column in enumerate(columns):
            np.take(logs[r], column, axis=0, out=rows, mode="wrap")
            posteriors += rows
        highest = posteriors.max(axis=1, keepdims=True)
        posteriors -= highest
        np.exp(posteriors, out=posteriors)
        sums = posteriors.sum(axis=1, keepdims=True)
        posteriors /= sums
        likelihood = (weights * (highest + np.log(sums))).sum()
        steps += 1
        if likelihood - before <= tolerance * max(1, abs(likelihood)):
            break
        before = likelihood
    result = np.zeros((len(everyone), classes))
    result[rated] = posteriors[back] if merged else posteriors
    return likelihood, steps, result, result.argmax(axis=1)


ratings = make()
seconds = []
for _ in range(rounds):
    start = time.perf_counter()
    likelihood, steps, *_ = fit(ratings)
    seconds.append(time.perf_counter() - start)
print(f"{np.median(seconds):.4f} {likelihood:.6f} {steps}")
