"""Krippendorff's alpha with NumPy on the ratings of AgreementBenchmark: prints the median of the rounds' seconds and alpha.

Vectorised over the items: codes of the distinct values, one weighted histogram for each pair of raters, one matrix of
differences. A product of the items' counts of values would take the same time on five values, and far more on a hundred.
"""
import sys
import time
import numpy as np

items, raters, values, rounds = map(int, sys.argv[1:5])
scale = sys.argv[5]


def mix(x):
    with np.errstate(over="ignore"):
        z = x * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def make():
    at = np.arange(items * raters, dtype=np.uint64)
    drawn = mix(at + np.uint64(1))
    truth = mix((at // np.uint64(raters)) + np.uint64(1 << 40)) % np.uint64(values)
    own = np.where(drawn % np.uint64(10) < 7, truth, (drawn >> np.uint64(32)) % np.uint64(values))
    ratings = own.astype(float)
    ratings[drawn % np.uint64(100) >= 90] = np.nan
    return ratings.reshape(items, raters)


def alpha(ratings):
    given = ~np.isnan(ratings)
    per_item = given.sum(axis=1)
    paired = per_item >= 2
    ratings, given, weight = ratings[paired], given[paired], 1 / (per_item[paired] - 1)
    domain, codes = np.unique(ratings[given], return_inverse=True)
    size = len(domain) + 1
    table = np.full(ratings.shape, size - 1)
    table[given] = codes
    columns = np.ascontiguousarray(table.T)
    coincidences = np.zeros(size * size)
    for a in range(len(columns)):
        for b in range(a):
            coincidences += np.bincount(columns[a] * size + columns[b], weights=weight, minlength=size * size)
    coincidences = coincidences.reshape(size, size)[:-1, :-1]
    coincidences = coincidences + coincidences.T
    n = coincidences.sum(axis=0)
    if scale == "nominal":
        delta = 1 - np.eye(len(domain))
    elif scale == "ordinal":
        rank = np.cumsum(n) - n / 2
        delta = np.subtract.outer(rank, rank) ** 2
    elif scale == "interval":
        delta = np.subtract.outer(domain, domain) ** 2
    else:
        total = np.add.outer(domain, domain)
        delta = np.divide(np.subtract.outer(domain, domain), total, out=np.zeros_like(total), where=total > 0) ** 2
    return 1 - (n.sum() - 1) * (coincidences * delta).sum() / (np.outer(n, n) * delta).sum()


ratings = make()
seconds = []
for _ in range(rounds):
    start = time.perf_counter()
    value = alpha(ratings)
    seconds.append(time.perf_counter() - start)
print(f"{np.median(seconds):.4f} {value:.12f}")
