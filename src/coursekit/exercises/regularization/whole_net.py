"""regularize."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, as_float32
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf, DictOf, Number, Several
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.nn import regularize

Params = dict[str, Array]


def _cases(draw: Draw) -> list[Case]:
    """`group` "values" has weights alone; biases of every name and shape are in the others."""

    def case(params: Params, about: str = "", group: str = "values") -> Case:
        return Case(args=(params, draw.number(0.05, 0.9)), about=about, group=group)

    def net(d: int, h: int, c: int) -> Params:
        return {"w1": draw.array(d, h), "b1": draw.array(h), "w2": draw.array(h, c), "b2": draw.array(c)}

    def typical() -> Case:
        return case(net(draw.size(2, 4), draw.size(2, 3), 2), "two layers", "biases")

    one, view = typical(), replace(typical(), about="views into larger arrays", group="edges", view=True)
    first = case({"w": draw.array(1, 2)})
    d, h = draw.size(3, 8), draw.size(2, 6)
    wide = {"w1": draw.array(d, h), "w2": draw.array(h, 3), "w3": draw.array(3, 2)}
    normalized = {"w": draw.array(2, 2), "b": draw.array(2), "beta": draw.array(2)}
    # A first letter is a first letter: these are weights, with a "b" inside, at the end, or with one axis only.
    names = {"embed": draw.array(2, 2), "w_b": draw.array(2, 2), "scale": draw.array(3), "b_row": draw.array(1, 3)}
    return [
        first,
        case({"w1": draw.array(2, 2), "w2": draw.array(2, 1)}),
        case(wide),
        case({"w": draw.array(1, 2), "b": draw.array(2)}, group="biases"),
        case(normalized, "beta is BatchNorm's shift", "biases"),
        one,
        case(net(d, h, 3), "two layers", "biases"),
        case(names, "what a name begins with", "names"),
        case({"bias": draw.array(3)}, "biases alone", "edges"),
        case({"w": draw.array(1, draw.size(2, 5)), "b": draw.array(1)}, "one row", "edges"),
        case({"w": draw.array(draw.size(2, 5), 1), "b": draw.array(1)}, "one feature", "edges"),
        case({"w": np.zeros((2, 2)), "b": draw.array(2)}, "zeros", "edges"),
        case({"w": np.array([[-1e4, 1e4]]), "b": np.array([1e4])}, "large entries", "edges"),
        replace(case(net(2, 2, 2), "lam by name", "edges"), args=(net(2, 2, 2),), kwargs={"lam": 2}),
        view,
        replace(typical(), args=as_float32(typical().args), group="float32", about="float32"),
        replace(first, about="the first input once more"),
    ]


def _is_bias(name: str) -> bool:
    return name[0] == "b"


def _over(
    params: Params,
    lam: float,
    *,
    bias: Callable[[str], bool] = _is_bias,
    loss: float = 0.5,
    grad: float = 1.0,
) -> Any:
    """The rule, with the factors of loss and gradient and the choice of biases left open."""
    total: Any = 0.0
    grads = {}
    for name, value in params.items():
        if bias(name):
            grads[name] = np.zeros_like(value)
        else:
            total += loss * lam * np.sum(value**2)
            grads[name] = grad * lam * value
    return total, grads


def _comprehensions(params: Params, lam: float) -> Any:
    loss = sum(0.5 * lam * np.sum(w**2) for name, w in params.items() if not name.startswith("b"))
    return [loss, {name: w * (0 if name.startswith("b") else lam) for name, w in params.items()}]


def _copies(params: Params, lam: float) -> Any:
    grads, total = {name: w.copy() for name, w in params.items()}, 0.0
    for name in sorted(grads, reverse=True):
        if name[:1] == "b":
            grads[name][...] = 0
        else:
            total = total + float(np.vdot(grads[name], grads[name]))
            grads[name] *= lam
    return lam * total / 2, grads


def _dims_only(params: Params, lam: float) -> Any:
    return _over({name: w for name, w in params.items() if w.ndim > 1}, lam)[0], {
        name: lam * w if w.ndim > 1 else np.zeros_like(w) for name, w in params.items()
    }


def _last_only(params: Params, lam: float) -> Any:
    loss, grads = 0.0, {}
    for name, w in params.items():
        grads[name] = np.zeros_like(w)
        if name[0] != "b":
            loss, grads[name] = 0.5 * lam * float(np.sum(w**2)), lam * w
    return loss, grads


def _mean(params: Params, lam: float) -> Any:
    count = max(sum(name[0] != "b" for name in params), 1)
    loss, grads = _over(params, lam)
    return loss / count, {name: grad / count for name, grad in grads.items()}


def _norms(params: Params, lam: float) -> Any:
    loss = sum(0.5 * lam * np.linalg.norm(w) for name, w in params.items() if name[0] != "b")
    return float(loss), _over(params, lam)[1]


def _for_biases(value: Any) -> Callable[..., Any]:
    """This in place of an array of zeros."""

    def wrong(params: Params, lam: float) -> Any:
        return _over(params, lam)[0], {name: value if name[0] == "b" else lam * w for name, w in params.items()}

    return wrong


def _bias_in(what: str) -> Callable[..., Any]:
    def wrong(params: Params, lam: float) -> Any:
        part, whole = _over(params, lam), _over(params, lam, bias=lambda name: False)
        return (whole[0], part[1]) if what == "loss" else (part[0], whole[1])

    return wrong


def _in_place(params: Params, lam: float) -> Any:
    loss = _over(params, lam)[0]
    for name, w in params.items():
        w *= 0 if name[0] == "b" else lam
    return loss, params


def _removes(params: Params, lam: float) -> Any:
    zeros = {name: np.zeros_like(params.pop(name)) for name in list(params) if name[0] == "b"}
    loss, grads = _over(params, lam)
    return loss, {**grads, **zeros}


def _float64(params: Params, lam: float) -> Any:
    loss, grads = _over(params, lam)
    return loss, {name: np.zeros(grad.shape) + grad for name, grad in grads.items()}


REGULARIZE = Exercise(
    assignment="regularization",
    reference=regularize,
    task="Write the L2 penalty of a whole net. `params` is a dict from names to arrays. Return `loss`, the sum of the "
    "L2 penalties of all weights, and `grads`, a dict with a gradient for every key of `params`. A key that begins "
    'with "b" (`b1`, `bias`, BatchNorm\'s `beta`) adds nothing to the loss and gets an array of zeros. (If your '
    "`l2_penalty` is right, you may call it.)",
    rule="loss = 0.5 * lam * sum of w**2 over all arrays whose key does not begin with b;  grads[key] = lam * w for "
    "those, zeros of the same shape for the others",
    returns=Several(loss=Number(), grads=DictOf(ArrayOf())),
    cases=_cases,
    checks=(
        values(2, "Each array of weights has an L2 penalty. What is their sum?", name="loss", part="loss"),
        values(2, "Each array of weights pulls by itself. What is lam * w for it?", name="grads", part="grads"),
        Check(
            name="biases left alone",
            points=2,
            group="biases",
            hint="Go through the keys. Which begin with b, and what do those add to the loss and get as a gradient?",
        ),
        Check(
            name="what a key begins with",
            points=1,
            group="names",
            hint="Go through the keys. Which of them begin with b? Nothing else about a key or its array counts.",
        ),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="biases_too",
            function=lambda params, lam: _over(params, lam, bias=lambda name: False),
            hint="Your penalty pulls at the biases as well. A bias only moves a unit's output up or down: can it fit "
            "noise in an input?",
        ),
        Misconception(
            id="biases_in_the_loss",
            function=_bias_in("loss"),
            hint="Your grads leave the biases alone, but your loss counts them. Is your gradient that of your loss?",
        ),
        Misconception(
            id="biases_in_the_gradient",
            function=_bias_in("grads"),
            hint="Your loss leaves the biases out, but your grads pull at them. Is your gradient that of your loss?",
        ),
        Misconception(
            id="missing_keys",
            function=lambda params, lam: (
                _over(params, lam)[0],
                {name: lam * w for name, w in params.items() if name[0] != "b"},
            ),
            hint='Your grads have no entry for the biases, and `grads["b1"]` fails in the training loop. What gradient '
            "does a bias get?",
        ),
        Misconception(
            id="number_for_zeros",
            function=_for_biases(0.0),
            hint="A bias gets the number 0 from you. Which shape does a gradient have, and which NumPy function makes "
            "zeros of that shape?",
        ),
        Misconception(
            id="none_for_zeros",
            function=_for_biases(None),
            hint="A bias gets None from you, and the training loop cannot add that to a gradient. Which array, added, "
            "changes nothing?",
        ),
        Misconception(
            id="beta_penalized",
            function=lambda params, lam: _over(params, lam, bias=lambda name: name[0] == "b" and name != "beta"),
            hint="Your penalty pulls at BatchNorm's beta. Which letter does its name begin with?",
        ),
        Misconception(
            id="only_the_key_b",
            function=lambda params, lam: _over(params, lam, bias=lambda name: name == "b"),
            hint="You leave out the key `b` and no other. With what do the names of the biases begin in a net of two "
            "layers?",
        ),
        Misconception(
            id="b_anywhere",
            function=lambda params, lam: _over(params, lam, bias=lambda name: "b" in name),
            hint="You leave out every key with a b in it. Where in the name must it stand?",
        ),
        Misconception(
            id="only_keys_with_w",
            function=lambda params, lam: _over(params, lam, bias=lambda name: name[0] != "w"),
            hint="You penalize keys that begin with w. What of a weight that is called something else?",
        ),
        Misconception(
            id="by_number_of_axes",
            function=_dims_only,
            hint="You take arrays of one axis for biases, as many PyTorch recipes do. By what does the task tell them?",
        ),
        Misconception(
            id="no_half",
            function=lambda params, lam: _over(params, lam, loss=1.0, grad=2.0),
            hint="All your results are twice the rule's: Keras' form, lam * sum of w**2. Which factor does the rule "
            "here put in front?",
        ),
        Misconception(
            id="no_half_in_loss",
            function=lambda params, lam: _over(params, lam, loss=1.0),
            hint="Your grads are right and your loss twice as large. Is your gradient that of your loss?",
        ),
        Misconception(
            id="last_array_only",
            function=_last_only,
            hint="Your loss is that of the last array alone. Does your loop set it, or add to it?",
        ),
        Misconception(
            id="mean_over_arrays",
            function=_mean,
            hint="You divide by the number of arrays. Does the rule take a mean?",
        ),
        Misconception(
            id="norms_not_squared",
            function=_norms,
            hint="Your loss adds up norms, with a root. Does the rule have a root?",
        ),
        Misconception(
            id="order",
            function=lambda params, lam: _over(params, lam)[::-1],
            hint="Your two results come in the other order. Which does the task name first?",
        ),
        in_place(_in_place, "params", "Does `dict(params)` copy the arrays too, or only the dict around them?"),
        Misconception(
            id="removes_keys",
            function=_removes,
            hint="The values are right, but the biases are gone from the caller's `params`. Does `pop` or `del` work "
            "on a copy?",
        ),
        float64(_float64, "np.zeros(w.shape)"),
    ),
    variants={
        "comprehensions": _comprehensions,
        "copies": _copies,
        "startswith": lambda params, lam: _over(params, lam, bias=lambda name: name.startswith("b")),
        "other_order": lambda params, lam: _over(dict(reversed(params.items())), lam),
    },
)
