"""Curvatures: quadratics on which the Hessian is known, Newton's method, and how sensitive a net's weights are."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.claims.optimizers.racing import data_of, loss_of, net
from coursekit.optim import SGD, adadelta, best_momentum, momentum, nesterov, newton_step, sgd
from coursekit.training import train

Values = NDArray[np.float64]

D, KAPPA = 20, 100.0


@lru_cache(maxsize=16)
def quadratic(seed: int, kappa: float = KAPPA) -> tuple[Values, Any]:
    """A Hessian with curvatures from 1 to `kappa` in random directions, and a random start."""
    rng = np.random.default_rng([seed, 21])
    turn, _ = np.linalg.qr(rng.standard_normal((D, D)))
    return turn @ np.diag(np.geomspace(1.0, kappa, D)) @ turn.T, rng.standard_normal(D)


def _zeros(size: int) -> Any:
    return np.zeros(size)


def _cosine(a: Values, b: Values) -> float:
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def directions(seed: int) -> Mapping[str, float]:
    """How well the steps of 100 point where Newton's would, medians of the cosine; and the steps to a thousandth.

    `gradient`, `momentum` and `adadelta` are the cosines of their own steps on their own paths. `steps_momentum_<k>`
    and `steps_newton_<k>` are those until the distance is a thousandth of the first, with condition number k.
    """
    numbers: dict[str, float] = {}
    h, start = quadratic(seed)
    lr, rho = best_momentum(1.0, KAPPA)
    rules: dict[str, tuple[Any, dict[str, float], int]] = {
        "gradient": (sgd, {"lr": 2.0 / (1.0 + KAPPA)}, 0),
        "momentum": (momentum, {"lr": lr, "rho": rho}, 1),
        "adadelta": (adadelta, {}, 2),
    }
    for name, (rule, settings, n_states) in rules.items():
        w, states, cosines = start.copy(), [_zeros(D)] * n_states, []
        for _ in range(100):
            new, *states = np.atleast_2d(np.array(rule(w, h @ w, *states, **settings)))
            cosines.append(_cosine(new - w, newton_step(w, h @ w, h) - w))
            w = new
        numbers[name] = float(np.median(cosines))
    # The axes are now those of the curvatures, the best that can happen to a rule with a rate for each weight.
    curvatures, w, states, cosines = np.geomspace(1.0, KAPPA, D), start.copy(), [_zeros(D)] * 2, []
    for _ in range(100):
        new, *states = adadelta(w, curvatures * w, *states)
        cosines.append(_cosine(new - w, -w))
        w = new
    numbers["adadelta_aligned"] = float(np.median(cosines))
    for kappa in (10.0, 1000.0):
        h, w = quadratic(seed, kappa)
        lr, rho = best_momentum(1.0, kappa)
        first, v, steps = np.linalg.norm(w), _zeros(D), 0
        while np.linalg.norm(w) > 1e-3 * first:
            w, v = momentum(w, h @ w, v, lr=lr, rho=rho)
            steps += 1
        numbers[f"steps_momentum_{kappa:g}"] = float(steps)
        _, start_k = quadratic(seed, kappa)
        numbers[f"left_newton_{kappa:g}"] = float(np.linalg.norm(newton_step(start_k, h @ start_k, h)) / first)
    return numbers


def ravine_steps(seed: int) -> Mapping[str, float]:
    """Steps until the distance on a quadratic of condition number 100 is a thousandth, each at its best setting."""
    h, start = quadratic(seed)

    def steps(rule: Any, n_states: int, **settings: float) -> float:
        w, states = start.copy(), [_zeros(D)] * n_states
        for step in range(1, 5000):
            gradient: Any = (lambda at: h @ at) if rule is nesterov else h @ w
            w, *states = np.atleast_2d(np.array(rule(w, gradient, *states, **settings)))
            if np.linalg.norm(w) < 1e-3 * np.linalg.norm(start):
                return float(step)
        return float("inf")

    lr, rho = best_momentum(1.0, KAPPA)
    return {"sgd": steps(sgd, 0, lr=2.0 / (1.0 + KAPPA)), "momentum": steps(momentum, 1, lr=lr, rho=rho)}


def overshoot(seed: int, lr: float = 0.005, steps: int = 300) -> Mapping[str, float]:
    """How far momentum and Nesterov swing beyond the minimum, by ρ: the largest swing in any direction of curvature.

    In units of the start's distance in that direction. Both have the rate `lr`, half of the highest curvature's
    inverse. `late_<rule><rho>` is the distance after all steps over the first.
    """
    h, start = quadratic(seed)
    _, axes = np.linalg.eigh(h)
    numbers: dict[str, float] = {}
    for rho in (0.9, 0.98):
        for rule in (momentum, nesterov):
            w, v = start.copy(), _zeros(D)
            beyond = 0.0
            for _ in range(steps):
                gradient: Any = (lambda at: h @ at) if rule is nesterov else h @ w
                w, v = rule(w, gradient, v, lr=lr, rho=rho)
                beyond = max(beyond, float(np.max(-(axes.T @ w) / (axes.T @ start))))
            name = f"{rule.__name__}{rho:g}"
            numbers[name] = beyond
            numbers[f"late_{name}"] = float(np.linalg.norm(w) / np.linalg.norm(start))
    return numbers


def sensitivities(seed: int, sample: int = 120) -> Mapping[str, float]:
    """Second derivatives of the loss for single weights of a net on the digits after one epoch, by differences.

    `spread` is the 90th over the 10th percentile of their sizes; `layer1`, `layer2` their medians by layer.
    """
    x, y, *_ = data_of("digits", seed)
    x, y = x[:500], y[:500]
    model = net("digits", seed)
    for _ in train(model, x, y, optimizer=SGD(lr=0.1), epochs=1, batch_size=32, rng=np.random.default_rng([seed, 2])):
        pass
    rng = np.random.default_rng([seed, 31])
    # The pixels at the rim are never inked: a weight from there has no effect at all, and is no measure of anything.
    inked = np.flatnonzero(x.std(axis=0) > 0)
    first = (rng.choice(inked, sample)[:, None] * 32 + rng.integers(0, 32, sample)[:, None]).ravel()
    offset = next(i for i in range(len(model.params)) if i == 64 * 32 + 32)
    second = offset + rng.integers(0, 32 * 10, sample)
    middle, step = loss_of(model, x, y), 1e-2

    def curvature(i: int) -> float:
        kept = model.params[i].copy()
        sides = []
        for sign in (1.0, -1.0):
            model.params[i] = kept + sign * step
            sides.append(loss_of(model, x, y))
        model.params[i] = kept
        return abs(sides[0] - 2 * middle + sides[1]) / step**2

    by_layer = [np.array([curvature(int(i)) for i in part]) for part in (first, second)]
    low, high = np.percentile(np.concatenate(by_layer), (10, 90))
    return {
        "spread": float(high / low),
        "layer1": float(np.median(by_layer[0])),
        "layer2": float(np.median(by_layer[1])),
    }


def logistic(seed: int, lam: float = 1e-3) -> Mapping[str, float]:
    """Logistic regression, digits below 5 against the others: Newton, gradient descent, and Newton without a Hessian.

    Steps until the gradient is below 1e-6 (`newton`, `descent`, at most 100,000). `truncated` are those of Newton
    whose step is found to a tenth by products of the Hessian with vectors alone, `products` all of these together.
    """
    x, labels, *_ = data_of("digits", seed)
    x = np.concatenate([x.astype(np.float64), np.ones((len(x), 1))], axis=1)
    x = x[:, np.concatenate([x[:, :-1].std(axis=0) > 0, [True]])]
    y = (labels < 5).astype(np.float64)
    n, d = x.shape

    def gradient(w: Values) -> Values:
        return np.asarray(x.T @ (nn.sigmoid(x @ w) - y) / n + lam * w)

    def hessian(w: Values) -> Values:
        p = nn.sigmoid(x @ w)
        return np.asarray((x * (p * (1 - p))[:, None]).T @ x / n + lam * np.eye(d))

    w, newton = _zeros(d), 0
    while np.linalg.norm(gradient(w)) > 1e-6 and newton < 100:
        w = newton_step(w, gradient(w), hessian(w))
        newton += 1
    lr = 1.0 / float(np.linalg.eigvalsh(hessian(_zeros(d)))[-1])
    w, g, descent = _zeros(d), gradient(_zeros(d)), 0
    while np.linalg.norm(g) > 1e-6 and descent < 100_000:
        w = w - lr * g
        g = gradient(w)
        descent += 1
    w, truncated, products = _zeros(d), 0, 0
    while np.linalg.norm(gradient(w)) > 1e-6 and truncated < 100:
        p = nn.sigmoid(x @ w)
        weights = p * (1 - p) / n
        step, used = _conjugate_gradients(partial(_times, x, weights, lam), -gradient(w))
        w, truncated, products = w + step, truncated + 1, products + used
    return {"newton": newton, "descent": descent, "truncated": truncated, "products": products, "size": d}


def _times(x: Any, weights: Any, lam: float, s: Values) -> Values:
    """The Hessian of a weighted logistic loss times `s`, without the Hessian."""
    return np.asarray(x.T @ (weights * (x @ s)) + lam * s)


def _conjugate_gradients(times: Callable[[Values], Any], target: Values, accuracy: float = 0.1) -> tuple[Values, int]:
    """Solves `times(s) = target` by products alone (Hestenes & Stiefel 1952); the solution and their number."""
    s, r = np.zeros_like(target), target.copy()
    p, products = r.copy(), 0
    while np.linalg.norm(r) > accuracy * np.linalg.norm(target):
        hp = times(p)
        products += 1
        a = (r @ r) / (p @ hp)
        s, new = s + a * p, r - a * hp
        p, r = new + ((new @ new) / (r @ r)) * p, new
    return s, products
