"""Plain textbook NumPy: the formulas as the book teaches them, fresh arrays each time, one Adam update per array.

The engine's own plain functions, without their checks; so what is compared is how they are put together, not what they
compute.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from workloads import Net

from coursekit import nn, optim

linear, linear_backward = nn.linear.__wrapped__, nn.linear_backward.__wrapped__
relu, relu_backward = nn.relu.__wrapped__, nn.relu_backward.__wrapped__
tanh, tanh_backward = nn.tanh.__wrapped__, nn.tanh_backward.__wrapped__
batchnorm, batchnorm_backward = nn.batchnorm_train.__wrapped__, nn.batchnorm_backward.__wrapped__
dropout, dropout_backward = nn.dropout.__wrapped__, nn.dropout_backward.__wrapped__
cross_entropy, adam = nn.softmax_cross_entropy.__wrapped__, optim.adam.__wrapped__


def runner(net: Net) -> Callable[[], None]:
    rng = np.random.default_rng(0)
    p: dict[str, np.ndarray] = {}
    for i, (n_in, n_out) in enumerate(pairwise(net.sizes)):
        p[f"w{i}"], p[f"b{i}"] = nn.he_init(n_in, n_out, rng).astype(np.float32), np.zeros(n_out, np.float32)
        if net.unit == "bn":
            p[f"gamma{i}"], p[f"beta{i}"] = np.ones(n_out, np.float32), np.zeros(n_out, np.float32)
    running = [(np.zeros(n, np.float32), np.ones(n, np.float32)) for n in net.sizes[1:]]
    state = {name: (np.zeros_like(array), np.zeros_like(array)) for name, array in p.items()}
    last, t = len(net.sizes) - 2, 0

    def gradients(x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
        h, kept, grads = x, [], {}
        for i in range(last + 1):
            z = out = linear(h, p[f"w{i}"], p[f"b{i}"])
            cache = mask = None
            if i < last:
                if net.unit == "bn":
                    z, cache, *running[i] = batchnorm(z, p[f"gamma{i}"], p[f"beta{i}"], *running[i])
                out = tanh(z) if net.unit == "tanh" else relu(z)
                if net.unit == "bn":
                    out, mask = dropout(out, 0.5, rng)
            kept.append((h, z, cache, mask))
            h = out
        _, d = cross_entropy(h, y)
        for i in reversed(range(last + 1)):
            h, z, cache, mask = kept[i]
            if i < last:
                if mask is not None:
                    d = dropout_backward(d, mask)
                d = tanh_backward(d, z) if net.unit == "tanh" else relu_backward(d, z)
                if cache is not None:
                    d, grads[f"gamma{i}"], grads[f"beta{i}"] = batchnorm_backward(d, cache)
            d, grads[f"w{i}"], grads[f"b{i}"] = linear_backward(d, h, p[f"w{i}"])
        return grads

    def run() -> None:
        nonlocal t
        for _ in range(net.epochs):
            order = rng.permutation(net.examples)
            for start in range(0, net.examples, net.batch_size):
                rows = order[start : start + net.batch_size]
                grads = gradients(net.x[rows], net.y[rows])
                t += 1
                for name in grads if net.trains else ():
                    p[name], *state[name] = adam(p[name], grads[name], *state[name], t, 1e-3)

    return run
