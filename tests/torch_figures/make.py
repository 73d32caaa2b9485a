"""Write figures.npz: what PyTorch computes, for the engine's tests to agree with. Needs torch; run by hand.

python tests/torch_figures/make.py [FILE]

Every figure comes with what it was computed from, so that the tests need this file and nothing of the scripts.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from functions import activations, layers, losses
from images import convolution, pooling
from normalizers import batchnorm, dropout, layernorm
from runs import runs

TARGET = Path(__file__).with_name("figures.npz")
PARTS = (activations, layers, losses, batchnorm, layernorm, dropout, convolution, pooling, runs)

Figures = dict[str, np.ndarray]


def figures() -> Figures:
    """All figures by name, inputs included; each part draws from a stream of its own."""
    out: Figures = {}
    for part in PARTS:
        out |= part(np.random.default_rng([20260101, *part.__name__.encode()]))
    return out


if __name__ == "__main__":
    torch.set_num_threads(1)
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    np.savez_compressed(target, torch_version=np.array(torch.__version__), **figures())
    sys.stdout.write(f"{target.name}: {target.stat().st_size} bytes, torch {torch.__version__}\n")
