"""An optimizer made from a plain update rule, so that a student trains a model with THEIR Adam."""

from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.arguments import shown
from coursekit.optim.optimizer import Array, Optimizer
from coursekit.optim.reading import Reading


class FromRule(Optimizer):
    """`FromRule(my_adam, lr=1e-3)` trains with a pure function such as `adam(w, dw, m, v, t, lr, beta1=0.9)`.

    The rule's parameters are read by name. The weights and the gradient come first, then the state: all that has
    neither a default nor a value in `settings`. The state starts at zeros and comes back, in order, after `w`. `t`
    counts steps from 1, `lr` is the optimizer's, `settings` are handed on. A rule that takes `grad_fn`, as `nesterov`,
    has the model's parameters kept where it asks for the gradient, once a step (see `Nesterov`).

    The first step on new parameters is looked at: the number of results, their shapes and dtypes, whether they are
    finite, whether what was given has changed. Raises `ValueError` naming the rule; of later steps, shapes alone. Many
    models at once are updated one after another, so a rule may look at all of its gradient.
    """

    def __init__(self, rule: Callable[..., Any], lr: float | Array | None = None, **settings: Any) -> None:
        self.rule, self.given = rule, settings
        given = settings if lr is None else {"lr": lr} | settings
        self._reading = Reading(rule, given)
        self.moments = self._reading.states + (("w",) if self._reading.asks else ())
        rate = 1.0 if self._reading.lr_at is None else self._reading.tail[self._reading.lr_at]
        super().__init__(rate)
        self._looked_at = False

    def allocate(self, params: Array) -> tuple[Array, ...]:
        """What the rule asks for besides zeros: its own weights, where the parameters are kept ahead of them."""
        if self._reading.asks and self.t == 0:
            self._state["w"][...] = params
        self._looked_at = False
        return ()

    def step(self, params: Array, grads: Array) -> None:
        """One update of `params` from `grads`, as every optimizer's; the first one is looked at."""
        if params is not self._params or grads is not self._grads:
            self._attach(params, grads)
        if self._reading.lr_at is None and self._lr != 1.0:
            raise ValueError(f"{self._reading.name}: it takes no lr, so none can be set")
        self.t += 1
        if params.ndim == 1:
            self._move(params, grads, list(self._state.values()), self._lr)
        else:
            rates = np.broadcast_to(self.lr, len(params))
            for i, rate in enumerate(rates.tolist()):
                self._move(params[i], grads[i], [array[i] for array in self._state.values()], rate)
        self._looked_at = True
        if self.t % 128 == 0:
            self._flush()

    def _move(self, params: Array, grads: Array, moments: list[Array], lr: Any) -> None:
        """One model's step. The rule has copies: what it returns may be what it was given."""
        reading, tail = self._reading, self._tail(self.t, lr)
        if reading.asks:
            *states, w = moments
        else:
            states, w = moments, params
        given = [w.copy(), grads.copy(), *(state.copy() for state in states)]
        before = None if self._looked_at else [array.copy() for array in given]
        rule = reading.rule if self._looked_at else reading.checked
        gradient = _Answer(given[1]) if reading.asks else given[1]
        results = rule(given[0], gradient, *given[2:], *tail)
        if before is not None:
            self._look(results, given, before, gradient, params)
            results = reading.parts(results)
        elif not states:
            results = reading.parts(results)
        for old, new in zip([w, *states], results, strict=True):
            if getattr(new, "shape", None) != old.shape:  # it would be spread over the old one, or be NaN
                raise ValueError(f"{reading.name}: it must return arrays {old.shape} at every step, not {shown(new)}")
            old[...] = new
        if reading.asks:
            ahead = _Answer(np.zeros_like(w))
            rule(w.copy(), ahead, *(state.copy() for state in states), *self._tail(self.t + 1, lr))
            params[...] = ahead.asked[0]

    def _tail(self, t: int, lr: Any) -> list[Any]:
        tail = list(self._reading.tail)
        if self._reading.t_at is not None:
            tail[self._reading.t_at] = t
        if self._reading.lr_at is not None:
            tail[self._reading.lr_at] = lr
        return tail

    def _look(self, results: Any, given: list[Array], before: list[Array], gradient: Any, params: Array) -> None:
        """Raise in one line if the first step shows that this is no rule."""
        name, names = self._reading.name, ("w", "dw", *self._reading.states)
        for what, now, old in zip(names, given, before, strict=True):
            if not np.array_equal(now, old, equal_nan=True):
                raise ValueError(f"{name}: it must not change the {what} it is given, and return a new one")
        if isinstance(gradient, _Answer):
            if len(gradient.asked) != 1:
                raise ValueError(f"{name}: it must ask grad_fn once a step, it asked {len(gradient.asked)} times")
            if self.t == 1 and not np.array_equal(gradient.asked[0], params):
                raise ValueError(f"{name}: with its state at 0 it must ask for the gradient at w")
        finite = all(np.isfinite(array).all() for array in before)
        for what, part in zip(("w", *self._reading.states), self._reading.parts(results), strict=True):
            if not isinstance(part, np.ndarray) or part.shape != params.shape:
                came = f"shape {part.shape}" if isinstance(part, np.ndarray) else f"type {type(part).__name__}"
                raise ValueError(f"{name}: {what} must come back as an array {params.shape}, it has {came}")
            if part.dtype != params.dtype:
                raise ValueError(f"{name}: {what} must come back as {params.dtype}, as it came, not {part.dtype}")
            if finite and not np.isfinite(part).all():
                raise ValueError(f"{name}: {what} must be finite after the first step, it holds NaN or infinity")

    def __repr__(self) -> str:
        settings = {} if self._reading.lr_at is None else {"lr": self.lr}
        return f"FromRule({', '.join([self._reading.name, *(f'{k}={v}' for k, v in (settings | self.given).items())])})"


class _Answer:
    """A `grad_fn` that gives one gradient wherever it is asked, and keeps where that was."""

    def __init__(self, gradient: Array) -> None:
        self.gradient = gradient
        self.asked: list[Array] = []

    def __call__(self, at: Array) -> Array:
        self.asked.append(np.array(at))
        return self.gradient
