"""JAX: a whole epoch compiled as one program, `jit` over a `scan` of steps (compiled before the clock starts)."""

from collections.abc import Callable
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
from workloads import Net


def runner(net: Net) -> Callable[[], None]:
    rng = np.random.default_rng(0)
    params = [
        (jnp.asarray(rng.standard_normal(pair) * np.sqrt(2 / pair[0]), jnp.float32), jnp.zeros(pair[1], jnp.float32))
        for pair in pairwise(net.sizes)
    ]
    unit = jnp.tanh if net.unit == "tanh" else jax.nn.relu
    x, y = jnp.asarray(net.x), jnp.asarray(net.y)

    def loss(params, x, y):
        for w, b in params[:-1]:
            x = unit(x @ w + b)
        scores = x @ params[-1][0] + params[-1][1]
        picked = jnp.take_along_axis(jax.nn.log_softmax(scores), y[:, None], axis=1)
        return -picked.mean()

    def step(carry, batch):
        params, m, v, t = carry
        value, grads = jax.value_and_grad(loss)(params, *batch)
        t = t + 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, grads)

        def move(p, m, v):
            return p - 1e-3 * (m / (1 - 0.9**t)) / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-8)

        return (jax.tree.map(move, params, m, v), m, v, t), value

    @jax.jit
    def epoch(carry, key):
        order = jax.random.permutation(key, net.examples)
        shape = net.examples // net.batch_size, net.batch_size
        return jax.lax.scan(step, carry, (x[order].reshape(*shape, -1), y[order].reshape(shape)))

    zeros = jax.tree.map(jnp.zeros_like, params)
    carry, key = (params, zeros, zeros, jnp.float32(0)), jax.random.key(0)

    def run() -> None:
        nonlocal carry, key
        for _ in range(net.epochs):
            key, own = jax.random.split(key)
            carry, losses = epoch(carry, own)
        losses.block_until_ready()

    return run
