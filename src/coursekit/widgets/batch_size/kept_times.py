"""Microseconds of one step of training by batch size, taken down once: what `batch_size.timing` shows before a press.

Net 64-width-10 in float64, one core of an AMD EPYC, NumPy 2.4 with OpenBLAS on one thread, November 2026: by width,
for each of SIZES and each of AROUND. Taken by `measure(width, seconds=20)`.
"""

KEPT: dict[int, tuple[tuple[float, ...], tuple[float, ...]]] = {
    32: (
        (29.66, 30.86, 30.82, 32.06, 34.88, 39.89, 51.57, 72.11, 119.42, 251.12, 467.61),
        (49.00, 50.25, 49.98, 50.48, 50.86, 51.23, 50.48, 51.37, 52.09, 52.24, 52.28, 52.59, 53.11),
    ),
    128: (
        (36.27, 38.75, 38.92, 44.43, 51.88, 71.07, 108.70, 198.50, 372.00, 730.96, 1494.72),
        (100.53, 103.68, 102.97, 113.27, 106.88, 108.55, 109.62, 110.77, 112.16, 114.44, 114.12, 120.20, 114.66),
    ),
    512: (
        (71.30, 80.16, 83.34, 93.75, 124.74, 230.72, 379.68, 645.14, 1316.15, 2851.51, 6023.82),
        (359.19, 355.27, 355.80, 359.35, 363.57, 372.06, 360.94, 368.86, 377.49, 385.61, 385.30, 414.92, 394.41),
    ),
}
