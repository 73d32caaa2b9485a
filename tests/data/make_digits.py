"""Write src/coursekit/data/digits.npz from scikit-learn's copy of the set. Needs scikit-learn; run by hand, rarely.

python tests/data/make_digits.py
"""

import hashlib
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

TARGET = Path(__file__).parents[2] / "src" / "coursekit" / "data" / "digits.npz"

if __name__ == "__main__":
    x, y = load_digits(return_X_y=True)
    pixels, labels = x.astype(np.uint8), y.astype(np.uint8)
    if not (np.array_equal(pixels, x) and np.array_equal(labels, y)):
        raise SystemExit("the set is no longer whole numbers below 256: it does not fit uint8")
    np.savez_compressed(TARGET, x=pixels, y=labels)
    print(TARGET.name, TARGET.stat().st_size, "bytes")
    print("sha256 of x and y:", hashlib.sha256(pixels.tobytes() + labels.tobytes()).hexdigest())
