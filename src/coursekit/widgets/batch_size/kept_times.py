"""Microseconds of one step of training by batch size, taken down once: what `batch_size.timing` shows before a press.

Net 64-width-10 in float64, one core of an AMD EPYC, NumPy 2.4 with OpenBLAS on one thread, November 2026: by width,
for each of SIZES and each of AROUND. Taken by `measure(width, seconds=6)`.
"""

KEPT: dict[int, tuple[tuple[float, ...], tuple[float, ...]]] = {
    32: (
        (30.40, 30.73, 31.55, 32.99, 35.64, 41.16, 52.09, 72.95, 117.72, 247.48, 465.86),
        (49.36, 50.45, 50.02, 50.79, 51.10, 51.94, 51.38, 52.59, 52.10, 54.40, 52.57, 53.27, 53.67),
    ),
    128: (
        (37.52, 38.71, 39.43, 45.08, 53.02, 70.76, 107.40, 197.14, 377.59, 733.16, 1487.29),
        (103.12, 106.08, 104.78, 106.49, 105.41, 109.41, 108.72, 110.86, 119.01, 112.73, 114.88, 115.26, 115.47),
    ),
    512: (
        (73.65, 82.86, 86.05, 99.74, 145.15, 219.38, 388.57, 669.25, 1352.47, 3285.46, 6280.26),
        (406.80, 385.69, 413.39, 405.89, 370.08, 417.01, 387.17, 398.24, 396.46, 403.12, 403.68, 458.63, 427.09),
    ),
}
