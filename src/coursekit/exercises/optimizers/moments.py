"""Right and wrong answers to Adam and AdamW, written in the terms of their formula.

They stand in one file because a submission may only run code of its own file. What is said of the wrong ones is in
`moment_slips` (what both rules share), `two_averages` and `decoupled_decay`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array
from coursekit.exercises.spec import Function


@dataclass(frozen=True)
class Call:
    """One call of Adam or AdamW, with what its formula makes of the arguments."""

    w: Array
    dw: Array
    m: Array
    v: Array
    t: int
    lr: float
    beta1: float
    beta2: float
    eps: float
    weight_decay: float = 0.0

    @property
    def new_m(self) -> Array:
        """The average of the gradients."""
        return self.beta1 * self.m + (1 - self.beta1) * self.dw

    @property
    def new_v(self) -> Array:
        """The average of their squares."""
        return self.beta2 * self.v + (1 - self.beta2) * self.dw**2

    @property
    def m_hat(self) -> Array:
        """`new_m`, corrected."""
        return self.new_m / (1 - self.beta1**self.t)

    @property
    def v_hat(self) -> Array:
        """`new_v`, corrected."""
        return self.new_v / (1 - self.beta2**self.t)

    @property
    def step(self) -> Array:
        """The right step, without any decay."""
        return self.lr * self.m_hat / (np.sqrt(self.v_hat) + self.eps)

    @property
    def decay(self) -> Array:
        """The right decay."""
        return self.lr * self.weight_decay * self.w

    def by(self, m_hat: Array, v_hat: Array) -> Any:
        """The answer with these in place of the right ones; decay is as it should be."""
        return self.moved(self.lr * m_hat / (np.sqrt(v_hat) + self.eps))

    def moved(self, step: Array) -> Any:
        """The answer with this step."""
        return self.w - step - self.decay, self.new_m, self.new_v


Answer = Callable[[Call], Any]


def adam_like(answer: Answer, eps: float = 1e-8) -> Function:
    """A function with the signature of `adam`; `eps` is its default."""
    default = eps

    def adam(
        w: Array,
        dw: Array,
        m: Array,
        v: Array,
        t: int,
        lr: float,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = default,
    ) -> Any:
        return answer(Call(w, dw, m, v, t, lr, beta1, beta2, eps))

    return adam


def adamw_like(answer: Answer, eps: float = 1e-8) -> Function:
    """A function with the signature of `adamw`; `eps` is its default."""
    default = eps

    def adamw(
        w: Array,
        dw: Array,
        m: Array,
        v: Array,
        t: int,
        lr: float,
        weight_decay: float,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = default,
    ) -> Any:
        return answer(Call(w, dw, m, v, t, lr, beta1, beta2, eps, weight_decay))

    return adamw


def right(c: Call) -> Any:
    """The answer itself."""
    return c.moved(c.step)


def eps_scaled(c: Call) -> Any:
    """Right: the paper's quicker form, with the eps that makes it the same."""
    root = math.sqrt(1 - c.beta2**c.t)
    rate = c.lr * root / (1 - c.beta1**c.t)
    return c.moved(rate * c.new_m / (np.sqrt(c.new_v) + c.eps * root))


def on_copies(c: Call) -> Any:
    """Right: works in place, on arrays of its own."""
    w, m, v = c.w.copy(), c.m.copy(), c.v.copy()
    m += (1 - c.beta1) * (c.dw - m)
    v += (1 - c.beta2) * (c.dw**2 - v)
    w *= 1 - c.lr * c.weight_decay
    w -= c.lr * (m / (1 - c.beta1**c.t)) / ((v / (1 - c.beta2**c.t)) ** 0.5 + c.eps)
    return w, m, v


def looped(c: Call) -> Any:
    """Right: number by number."""
    w, m, v = np.empty_like(c.w), np.empty_like(c.m), np.empty_like(c.v)
    for i in np.ndindex(c.w.shape):
        m[i] = c.beta1 * c.m[i] + (1 - c.beta1) * c.dw[i]
        v[i] = c.beta2 * c.v[i] + (1 - c.beta2) * c.dw[i] ** 2
        m_hat, v_hat = m[i] / (1 - c.beta1**c.t), v[i] / (1 - c.beta2**c.t)
        w[i] = c.w[i] - c.lr * (m_hat / (np.sqrt(v_hat) + c.eps) + c.weight_decay * c.w[i])
    return [w, m, v]


def one_bracket(c: Call) -> Any:
    """Right: step and decay together, as a list."""
    return [c.w - c.lr * (c.m_hat / (c.v_hat**0.5 + c.eps) + c.weight_decay * c.w), c.new_m, c.new_v]


def decay_first(c: Call) -> Any:
    """Right: the order of PyTorch, whose gradient was taken before."""
    return c.w * (1 - c.lr * c.weight_decay) - c.step, c.new_m, c.new_v


# Wrong with the bias correction.


def uncorrected(c: Call) -> Any:
    """Steps along m and v as they are."""
    return c.by(c.new_m, c.new_v)


def only_m_corrected(c: Call) -> Any:
    """Leaves v too small."""
    return c.by(c.m_hat, c.new_v)


def only_v_corrected(c: Call) -> Any:
    """Leaves m too small."""
    return c.by(c.new_m, c.v_hat)


def t_shifted(by: int) -> Answer:
    """Corrects as at the step `t + by`."""

    def answer(c: Call) -> Any:
        with np.errstate(all="ignore"):
            return c.by(c.new_m / (1 - c.beta1 ** (c.t + by)), c.new_v / (1 - c.beta2 ** (c.t + by)))

    return answer


def corrected_as_at_first(c: Call) -> Any:
    """Corrects as at the first step, at every step."""
    return c.by(c.new_m / (1 - c.beta1), c.new_v / (1 - c.beta2))


def times_t(c: Call) -> Any:
    """Multiplies beta by t."""
    return c.by(c.new_m / (1 - c.beta1 * c.t), c.new_v / (1 - c.beta2 * c.t))


# Wrong with the step.


def eps_inside(c: Call) -> Any:
    """Adds eps under the root."""
    return c.moved(c.lr * c.m_hat / np.sqrt(c.v_hat + c.eps))


def no_eps(c: Call) -> Any:
    """Divides by 0 where no gradient came."""
    return c.moved(c.lr * c.m_hat / np.sqrt(c.v_hat))


def epsilon_hat(c: Call) -> Any:
    """The paper's quicker form, its eps not scaled with it."""
    rate = c.lr * math.sqrt(1 - c.beta2**c.t) / (1 - c.beta1**c.t)
    return c.moved(rate * c.new_m / (np.sqrt(c.new_v) + c.eps))


def uphill(c: Call) -> Any:
    """Adds the step."""
    return c.moved(-c.step)


def gradient_multiplied_in(c: Call) -> Any:
    """Multiplies the step by the gradient."""
    return c.moved(c.step * c.dw)


def slide(c: Call) -> Any:
    """The ECE521 slide's formula, read as it stands."""
    return c.w + c.lr * c.m_hat / np.sqrt(c.v_hat + c.eps) * c.dw, c.new_m, c.new_v


def no_root(c: Call) -> Any:
    """Divides by the average square."""
    return c.moved(c.lr * c.m_hat / (c.v_hat + c.eps))


def gradient_for_m_hat(c: Call) -> Any:
    """Steps along the last gradient."""
    return c.by(c.dw, c.v_hat)


# Wrong with the state.


def corrected_state(c: Call) -> Any:
    """Returns the corrected averages."""
    return c.w - c.step - c.decay, c.m_hat, c.v_hat


def old_state_returned(c: Call) -> Any:
    """Returns the averages that came in."""
    return c.w - c.step - c.decay, c.m, c.v


def old_state_used(c: Call) -> Any:
    """Steps along the averages that came in."""
    return c.by(c.m / (1 - c.beta1**c.t), c.v / (1 - c.beta2**c.t))


def states_swapped(c: Call) -> Any:
    """Returns v before m."""
    return c.w - c.step - c.decay, c.new_v, c.new_m


def _with_state(c: Call, m: Array, v: Array) -> Any:
    m_hat, v_hat = m / (1 - c.beta1**c.t), v / (1 - c.beta2**c.t)
    return c.w - c.lr * m_hat / (np.sqrt(v_hat) + c.eps), m, v


def no_square(c: Call) -> Any:
    """Averages gradients in v."""
    return _with_state(c, c.new_m, c.beta2 * c.v + (1 - c.beta2) * c.dw)


def sums(c: Call) -> Any:
    """Sums in place of averages."""
    return _with_state(c, c.beta1 * c.m + c.dw, c.beta2 * c.v + c.dw**2)


def shares_swapped(c: Call) -> Any:
    """Keeps 1 - beta of each average."""
    return _with_state(c, (1 - c.beta1) * c.m + c.beta1 * c.dw, (1 - c.beta2) * c.v + c.beta2 * c.dw**2)


def betas_swapped(c: Call) -> Any:
    """Each average with the beta of the other."""
    return right(replace(c, beta1=c.beta2, beta2=c.beta1))


def fixed_betas(c: Call) -> Any:
    """Deaf to the betas of the caller."""
    return right(replace(c, beta1=0.9, beta2=0.999))


def in_place(c: Call) -> Any:
    """Writes into m and v."""
    m, v = c.m, c.v
    m *= c.beta1
    m += (1 - c.beta1) * c.dw
    v *= c.beta2
    v += (1 - c.beta2) * c.dw**2
    m_hat, v_hat = m / (1 - c.beta1**c.t), v / (1 - c.beta2**c.t)
    return c.w - c.lr * m_hat / (np.sqrt(v_hat) + c.eps) - c.decay, m, v


def in_place_weights(c: Call) -> Any:
    """Writes into w."""
    w, change = c.w, c.step + c.decay
    w -= change
    return w, c.new_m, c.new_v


def float64(c: Call) -> Any:
    """Has a float64 scalar in the step."""
    root = np.sqrt(1 - c.beta2**c.t)  # a float64 scalar of NumPy's, not a Python float
    return c.moved(c.lr * c.m_hat / (np.sqrt(c.new_v) / root + c.eps))


# Wrong with the decay.


def decayed_by(decay: Callable[[Call], Any]) -> Answer:
    """Takes this off in place of the right decay."""
    return lambda c: (c.w - c.step - decay(c), c.new_m, c.new_v)


def no_decay(c: Call) -> Any:
    """Plain Adam."""
    return right(replace(c, weight_decay=0.0))


def decay_in_the_gradient(c: Call) -> Any:
    """L2 inside Adam."""
    return right(replace(c, dw=c.dw + c.weight_decay * c.w, weight_decay=0.0))


def decay_in_both_places(c: Call) -> Any:
    """L2 inside Adam, and the decay."""
    return right(replace(c, dw=c.dw + c.weight_decay * c.w))


def decay_divided(c: Call) -> Any:
    """Divides the decay by the root too."""
    return c.w - c.lr * (c.m_hat + c.weight_decay * c.w) / (np.sqrt(c.v_hat) + c.eps), c.new_m, c.new_v


decay_without_rate = decayed_by(lambda c: c.weight_decay * c.w)
decay_of_the_new_w = decayed_by(lambda c: c.lr * c.weight_decay * (c.w - c.step))
decay_added = decayed_by(lambda c: -c.decay)
decay_doubled = decayed_by(lambda c: 2 * c.decay)
decay_by_sign = decayed_by(lambda c: c.lr * c.weight_decay * np.sign(c.w))
decay_of_the_gradient = decayed_by(lambda c: c.lr * c.weight_decay * c.dw)
