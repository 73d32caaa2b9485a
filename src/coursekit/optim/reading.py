"""How a rule, ours or a student's, wants to be called: read from its signature."""

import functools
import inspect
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any

from coursekit.arguments import name_of
from coursekit.optim import rules
from coursekit.optim.composing import rate_at


class Reading:
    """`rule` is called as `rule(w, gradient, *states, *tail)`.

    The first two parameters are the weights and the gradient, or `grad_fn`. The state's arrays follow: all that have no
    default, no value in `settings`, and are neither `t` nor `lr`. The rest, the tail, is `t`, `lr` and settings.
    Raises `ValueError`, naming the rule, on a signature or a setting that does not fit.
    """

    def __init__(self, rule: Callable[..., Any], settings: Mapping[str, Any]) -> None:
        if not callable(rule):
            raise ValueError(f"a rule must be a function such as adam, not {rule!r}")
        self.name = name_of(rule)
        self._made_of = rule, dict(settings)
        try:
            parameters = _parameters(rule)
        except (TypeError, ValueError) as error:  # built-in functions do not say what they take
            raise ValueError(f"{self.name}: a rule must have parameters that can be read: {error}") from None
        by_name = {p.name: p for p in parameters if p.kind is p.KEYWORD_ONLY}
        positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        names = [p.name for p in positional]
        if len(positional) + len(by_name) < len(parameters) or len(positional) < 2 or {"t", "lr"} & set(names[:2]):
            raise ValueError(
                f"{self.name}: a rule takes w, dw, its state and its settings by name, not ({_shown(rule)})"
            )
        unknown = set(settings) - set(names[2:]) - set(by_name)
        if unknown:
            raise ValueError(f"{self.name}: it takes no {', '.join(sorted(unknown))}, it takes ({_shown(rule)})")
        missing = [n for n, p in by_name.items() if p.default is p.empty and n not in settings]
        if missing:
            raise ValueError(f"{self.name}: {missing[0]} must be given, or stand before the * in ({_shown(rule)})")

        bound = {name: value for name, value in settings.items() if name in by_name}
        self.checked = functools.partial(rule, **bound) if bound else rule
        #: The rule without its checks, where it is the engine's own.
        self.rule = inspect.unwrap(rule) if getattr(rules, self.name, None) is rule else self.checked
        #: Whether it wants a function of the weights for the gradient, as `nesterov`.
        self.asks = names[1] == "grad_fn"
        rest = positional[2:]
        is_state = [p.default is p.empty and p.name not in ("t", "lr", *settings) for p in rest]
        n_states = is_state.index(False) if False in is_state else len(rest)
        if any(is_state[n_states:]):
            late = rest[is_state.index(True, n_states)].name
            raise ValueError(f"{self.name}: {late} must be given, or stand right after {names[1]} if it is a state")
        #: The names of the state's arrays.
        self.states = tuple(p.name for p in rest[:n_states])
        #: What comes after them, and at which places of it `t` and `lr` stand.
        self.tail: list[Any] = [
            settings.get(p.name, None if p.default is p.empty else p.default) for p in rest[n_states:]
        ]
        tail_names = names[2 + n_states :]
        self.t_at = tail_names.index("t") if "t" in tail_names else None
        self.lr_at = tail_names.index("lr") if "lr" in tail_names else None
        if self.lr_at is not None and self.tail[self.lr_at] is None:
            raise ValueError(f"{self.name}: lr must be given")

    def __reduce__(self) -> Any:
        return Reading, self._made_of  # a rule without its checks cannot be pickled by name

    def parts(self, results: Any) -> list[Any]:
        """New weights and new state, as many as the rule must return; raises `ValueError` on others."""
        parts = list(results) if isinstance(results, (tuple, list)) else [results]
        if len(parts) != 1 + len(self.states):
            wanted = ", ".join(("w", *self.states))
            raise ValueError(f"{self.name}: it must return {wanted}, it returned {len(parts)} results")
        return parts

    def tails(self, steps: int) -> Iterator[list[Any]]:
        """What comes after the state, for `steps` steps; one list, changed from step to step.

        `t` counts from 1. `lr` may be a schedule, which counts from 0.
        """
        tail = list(self.tail)
        clock, at = ([0], 0) if self.t_at is None else (tail, self.t_at)
        at_lr = self.lr_at or 0
        schedule = None if self.lr_at is None or not callable(tail[at_lr]) else tail[at_lr]
        for clock[at] in range(1, steps + 1):
            if schedule is not None:
                tail[at_lr] = rate_at(schedule, clock[at] - 1)
            yield tail


def _parameters(rule: Callable[..., Any]) -> tuple[inspect.Parameter, ...]:
    return _looked_up(rule) if isinstance(rule, Hashable) else _looked_up.__wrapped__(rule)


@functools.lru_cache(64)  # `inspect` takes as long as a hundred steps in two dimensions
def _looked_up(rule: Callable[..., Any]) -> tuple[inspect.Parameter, ...]:
    return tuple(inspect.signature(rule).parameters.values())


def _shown(rule: Callable[..., Any]) -> str:
    return ", ".join(map(str, _parameters(rule)))
