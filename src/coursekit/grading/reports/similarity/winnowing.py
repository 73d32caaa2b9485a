"""Fingerprints of a row of tokens, after Schleimer, Wilkerson & Aiken (2003), "Winnowing: local algorithms for document
fingerprinting".

Every `K` tokens in a row are a gram. Of every `WINDOW` grams in a row the one with the smallest hash is a fingerprint,
so that whatever is shared over `K + WINDOW - 1` tokens or more is found, and nothing shorter than `K` is. Both are
small, since answers are: `return dout * (x > 0)` has 9 tokens with the end of its line.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from coursekit.grading.reports.similarity.tokens import Codes, Tokens

K, WINDOW = 10, 4
_LAST = np.iinfo(np.uint64).max
# Odd numbers, so that multiplying by them loses nothing; drawn once and kept, as nothing may depend on the run.
_FACTORS = np.random.default_rng(2003).integers(2**62, size=K, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_BACK = np.uint64(0x9E3779B97F4A7C15)


def grams(row: Tokens, k: int = K) -> Codes:
    """The hash of every `k` tokens in a row, `len(row) - k + 1` of them.

    A local name counts by how far back in the gram it stood before (Baker 1995): `a - b * a` is `x - y * x`, and is not
    `x - y * y`.
    """
    count = len(row) - k + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    out = np.zeros(count, np.uint64)
    for offset in range(k):
        back = row.back[offset : offset + count]
        seen = np.where(back <= offset, back, 0).astype(np.uint64)
        out += _FACTORS[offset] * (row.codes[offset : offset + count] ^ (seen * _BACK))
    # Sums of products mix upwards only; the choice of the smallest needs all bits mixed.
    out ^= out >> np.uint64(31)
    out *= np.uint64(0xBF58476D1CE4E5B9)
    return out ^ (out >> np.uint64(29))


def winnow(hashes: Codes, ignore: NDArray[np.bool_] | None = None, window: int = WINDOW) -> NDArray[np.intp]:
    """The places of the fingerprints among `hashes`, rising; those marked in `ignore` are never chosen."""
    if ignore is not None:
        hashes = np.where(ignore, _LAST, hashes)
    if len(hashes) == 0:
        return np.zeros(0, np.intp)
    if len(hashes) <= window:
        places = np.array([int(np.argmin(hashes))])
    else:
        # The rightmost of equal ones, as the paper has it, so that neighbouring windows choose the same.
        reverse = sliding_window_view(hashes, window)[:, ::-1]
        places = np.unique(np.arange(len(reverse)) + window - 1 - reverse.argmin(axis=1))
    chosen: NDArray[np.intp] = places[hashes[places] != _LAST]
    return chosen
