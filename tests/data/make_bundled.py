"""Write digits.npz and iris.npz in src/coursekit/data from scikit-learn's copies of the sets. Run by hand, rarely.

python tests/data/make_bundled.py        needs scikit-learn
"""

import hashlib
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits, load_iris

FOLDER = Path(__file__).parents[2] / "src" / "coursekit" / "data"
#: Each set, and what its values are multiplied by to be whole numbers: iris is in tenths of a cm.
SETS = {"digits": (load_digits, 1), "iris": (load_iris, 10)}

if __name__ == "__main__":
    for name, (load, factor) in SETS.items():
        x, y = load(return_X_y=True)
        values, labels = np.rint(x * factor).astype(np.uint8), y.astype(np.uint8)
        if not (np.array_equal(values / factor, x) and np.array_equal(labels, y)):
            raise SystemExit(f"{name} is no longer whole numbers below 256 over {factor}: it does not fit uint8")
        target = FOLDER / f"{name}.npz"
        np.savez_compressed(target, x=values, y=labels)
        print(target.name, target.stat().st_size, "bytes")
        print("sha256 of x and y:", hashlib.sha256(values.tobytes() + labels.tobytes()).hexdigest())
