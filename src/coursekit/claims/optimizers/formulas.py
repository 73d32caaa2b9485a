"""The notes' formulas taken at their word, beside those of the papers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.claims.optimizers.racing import data_of, loss_of, net
from coursekit.nn import Sequential, SoftmaxCrossEntropy
from coursekit.optim import adadelta, adagrad, adam, rmsprop

Values = NDArray[np.float64]


def _zeros(size: int) -> Any:
    return np.zeros(size)


def _weights(model: Sequential) -> Any:
    """The parameters as they are now, in float64."""
    return model.params.astype(np.float64)


def _noisy(seed: int, steps: int = 200, size: int = 50) -> Values:
    """Gradients `(steps, size)` as they come in training: a mean and noise, of another size for each weight."""
    rng = np.random.default_rng([seed, 41])
    scale = np.geomspace(0.01, 10.0, size)
    return np.asarray(scale * (rng.standard_normal(size) + rng.standard_normal((steps, size))))


def _walk(rule: Any, gradients: Values, n_states: int, **settings: Any) -> Values:
    """Where a rule goes from 0 on given gradients: `(steps + 1, size)`."""
    w, states = _zeros(gradients.shape[1]), [_zeros(gradients.shape[1])] * n_states
    places = [w]
    for t, g in enumerate(gradients, start=1):
        counted = {"t": t} if rule is adam else {}
        w, *states = rule(w, g, *states, **counted, **settings)
        places.append(w)
    return np.array(places)


def plus_sign(seed: int, steps: int = 50, lr: float = 0.003) -> Mapping[str, float]:
    """The loss of a net on the digits before and after full-batch steps.

    `adam` by Adam, `written` by `w + lr * m_hat / sqrt(v_hat + eps) * g`, `minus` by the same with a minus sign.
    """
    x, y, *_ = data_of("digits", seed)
    numbers: dict[str, float] = {}
    for name in ("adam", "written", "minus"):
        model = net("digits", seed)
        numbers["before"] = loss_of(model, x, y)
        w, m, v = _weights(model), _zeros(model.params.size), _zeros(model.params.size)
        for t in range(1, steps + 1):
            model.params[:] = w
            with np.errstate(over="ignore", invalid="ignore"):
                model.loss_and_grad(x, y, SoftmaxCrossEntropy())
            g = model.grads.astype(np.float64)
            if name == "adam":
                w, m, v = adam(w, g, m, v, t, lr=lr)
            else:
                _, m, v = adam(w, g, m, v, t, lr=lr)
                m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
                w = w + (1 if name == "written" else -1) * lr * m_hat / np.sqrt(v_hat + 1e-8) * g
        model.params[:] = w
        numbers[name] = loss_of(model, x, y)
    return numbers


def old_sum(seed: int) -> Mapping[str, float]:
    """AdaGrad's first step on a net's gradients with the sum before it and without epsilon, and with the paper's.

    `infinite` is the share of weights whose first step is no finite number; `same` how far 20 steps with epsilon inside
    the root, as another note has it, end from those with epsilon outside, over the way.
    """
    x, y, *_ = data_of("digits", seed)
    model = net("digits", seed)
    model.loss_and_grad(x[:32], y[:32], SoftmaxCrossEntropy())
    g = model.grads.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        step = -0.1 * g / np.sqrt(np.zeros_like(g))
    new, _ = adagrad(np.zeros_like(g), g, np.zeros_like(g), lr=0.1)
    gradients = _noisy(seed)
    outside = _walk(adagrad, gradients, 1, lr=0.1)
    h, inside = _zeros(gradients.shape[1]), _zeros(gradients.shape[1])
    for one in gradients:
        h = h + one * one
        inside = inside - 0.1 * one / np.sqrt(h + 1e-8)
    moved = g != 0
    return {
        "infinite": float(np.mean(~np.isfinite(step))),
        "first": float(np.median(np.abs(new[moved]))),
        "same": float(np.linalg.norm(inside - outside[-1]) / np.linalg.norm(outside[-1])),
    }


def corrected(seed: int) -> Mapping[str, float]:
    """How far Adam's corrected average is from the gradient of its step, over the gradient, at steps 1, 2, 10 and "
    "100."""
    gradients = _noisy(seed)
    m, numbers = _zeros(gradients.shape[1]), {}
    for t, g in enumerate(gradients, start=1):
        m = 0.9 * m + 0.1 * g
        off = np.linalg.norm(m / (1 - 0.9**t) - g) / np.linalg.norm(g)
        if t in (1, 2, 10, 100):
            numbers[f"at{t}"] = float(off)
    return numbers


def same_formula(seed: int) -> Mapping[str, float]:
    """How near RMSProp comes to AdaDelta's path on the same gradients, at any rate: the farthest apart, over the "
    "way."""
    gradients = _noisy(seed)
    wanted = _walk(adadelta, gradients, 2, rho=0.95)
    way = np.linalg.norm(wanted[-1])
    apart = []
    for lr in np.geomspace(1e-4, 1.0, 81):
        places = _walk(rmsprop, gradients, 1, lr=float(lr), decay=0.95)
        apart.append(float(np.linalg.norm(places - wanted, axis=1).max() / way))
    return {"apart": min(apart)}


def leaky(seed: int) -> Mapping[str, float]:
    """RMSProp's path beside AdaGrad's with the leak closed, and Adam's without its first average beside RMSProp's.

    Each as the farthest apart over the way. `first_<rule>` is the median length of the first step over the rate.
    """
    gradients = _noisy(seed)

    def apart(a: Values, b: Values) -> float:
        return float(np.linalg.norm(a - b, axis=1).max() / np.linalg.norm(b[-1]))

    closed = 1e-8
    tight = _walk(rmsprop, gradients, 1, lr=0.1 * closed**0.5, decay=1 - closed, eps=0.0)
    total = _walk(adagrad, gradients, 1, lr=0.1, eps=0.0)
    plain = _walk(rmsprop, gradients, 1, lr=0.1, decay=0.999)
    w, m, v = _zeros(gradients.shape[1]), _zeros(gradients.shape[1]), _zeros(gradients.shape[1])
    places = [w]
    for g in gradients:
        w, m, v = adam(w, g, m, v, 10**9, lr=0.1, beta1=0.0)  # an age at which nothing is left to correct
        places.append(w)
    whole = _walk(adam, gradients, 2, lr=0.1)
    return {
        "adagrad": apart(tight, total),
        "adam": apart(np.array(places), plain),
        "first_rmsprop": float(np.median(np.abs(plain[1])) / 0.1),
        "first_adam": float(np.median(np.abs(whole[1])) / 0.1),
    }


def spread(seed: int) -> Mapping[str, float]:
    """What the weights are multiplied by in one and the same step: the 90th over the 10th percentile of 1 / sqrt(h).

    Of the weights with a gradient, after 100 steps of Adam on the digits; a schedule has one number for all, ratio 1.
    """
    x, y, *_ = data_of("digits", seed)
    model = net("digits", seed)
    w, m, v = _weights(model), _zeros(model.params.size), _zeros(model.params.size)
    total = np.zeros_like(v)
    rng = np.random.default_rng([seed, 2])
    for t in range(1, 101):
        rows = rng.choice(len(x), 32, replace=False)
        model.params[:] = w
        model.loss_and_grad(x[rows], y[rows], SoftmaxCrossEntropy())
        g = model.grads.astype(np.float64)
        total += g * g
        w, m, v = adam(w, g, m, v, t, lr=0.003)
    rates = {"adagrad": total[total > 0] ** -0.5, "adam": v[total > 0] ** -0.5}
    return {name: float(np.percentile(r, 90) / np.percentile(r, 10)) for name, r in rates.items()}
