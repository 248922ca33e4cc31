"""Dice, HD95 and NSD with NumPy and SciPy on the shapes of OverlapBenchmark: prints seconds and the three values."""
import sys, time
import numpy as np
from scipy import ndimage

columns, rows, slices = map(int, sys.argv[1:4])
spacing = (2.5, 0.8, 0.8)


def ellipsoid(centre, radius):
    z, y, x = np.ogrid[:slices, :rows, :columns]
    return ((x + .5) / columns - centre) ** 2 + ((y + .5) / rows - centre) ** 2 + ((z + .5) / slices - .5) ** 2 < radius ** 2


def crop(a, b):
    box = ndimage.find_objects((a | b).astype(np.uint8))[0]
    grown = tuple(slice(max(s.start - 1, 0), s.stop + 1) for s in box)
    return a[grown], b[grown]


a, b = ellipsoid(.50, .30), ellipsoid(.53, .31)
start = time.perf_counter()
dice = 2 * (a & b).sum() / (a.sum() + b.sum())
a, b = crop(a, b)
border_a, border_b = (m & ~ndimage.binary_erosion(m, border_value=0) for m in (a, b))
to_b = ndimage.distance_transform_edt(~border_b, sampling=spacing)[border_a]
to_a = ndimage.distance_transform_edt(~border_a, sampling=spacing)[border_b]
hd95 = max(np.percentile(to_b, 95), np.percentile(to_a, 95))
nsd = ((to_b <= 2).sum() + (to_a <= 2).sum()) / (to_a.size + to_b.size)
print(f"{time.perf_counter() - start:.3f} {dice:.6f} {hd95:.6f} {nsd:.6f}")
