"""activation_stds."""

from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array
from coursekit.exercises.initialization.nets import cases
from coursekit.exercises.kinds import Series
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, in_place, unchanged, values
from coursekit.nn import activation_stds

Forward = Callable[[Array], Array]


def _outputs(x: Array, weights: list[Array], activation: Forward) -> list[Array]:
    h, out = x, []
    for w in weights:
        h = activation(h @ w)
        out.append(h)
    return out


def _with(statistic: Callable[[Array], Any]) -> Callable[..., Any]:
    def stds(x: Array, weights: list[Array], activation: Forward) -> Any:
        return [statistic(h) for h in _outputs(x, weights, activation)]

    return stds


def _before_activation(x: Array, weights: list[Array], activation: Forward) -> Any:
    h, stds = x, []
    for w in weights:
        z = h @ w
        stds.append(np.std(z))
        h = activation(z)
    return stds


def _linear(x: Array, weights: list[Array], activation: Forward) -> Any:
    h, stds = x, []
    for w in weights:
        h = h @ w
        stds.append(np.std(h))
    return stds


def _linear_inside(x: Array, weights: list[Array], activation: Forward) -> Any:
    z, stds = x, []
    for w in weights:
        z = z @ w
        stds.append(np.std(activation(z)))
    return stds


def _activation_first(x: Array, weights: list[Array], activation: Forward) -> Any:
    h, stds = x, []
    for w in weights:
        h = activation(h) @ w
        stds.append(np.std(h))
    return stds


def _transposed(x: Array, weights: list[Array], activation: Forward) -> Any:
    h, stds = x, []
    for w in weights:
        h = activation(h @ w.T)
        stds.append(np.std(h))
    return stds


def _pops(x: Array, weights: list[Array], activation: Forward) -> Any:
    h, stds = x, []
    while weights:
        h = activation(h @ weights.pop(0))
        stds.append(np.std(h))
    return stds


def _loop(x: Array, weights: list[Array], activation: Forward) -> Any:
    stds = []
    for h in _outputs(x, weights, activation):
        n, mean, squares = h.size, 0.0, 0.0
        for entry in h.ravel():
            mean += float(entry) / n
        for entry in h.ravel():
            squares += (float(entry) - mean) ** 2 / n
        stds.append(squares**0.5)
    return stds


def _recursive(x: Array, weights: list[Array], activation: Forward) -> Any:
    if len(weights) == 0:
        return []
    h = activation(x @ weights[0])
    return [float(np.std(h)), *_recursive(h, weights[1:], activation)]


ACTIVATION_STDS = Exercise(
    assignment="initialization",
    reference=activation_stds,
    task="Send `x`, `(N, D)`, through a deep net without biases: `h = activation(h @ w)` for each `w` of the list "
    "`weights`, beginning with `h = x`. Return a list with the standard deviation of each layer's output, taken over "
    "all entries of `h`, first layer first. The input itself is not a layer.",
    rule="h_0 = x;  h_l = activation(h_{l-1} @ w_l);  result: [std of all entries of h_l for l = 1, ..., L]",
    returns=Series(),
    cases=lambda draw: cases(draw, lambda net: (net.x, net.weights, net.unit.forward)),
    checks=(
        values(
            2,
            "Go through this call on paper: x @ w, then the activation. What is the standard deviation of all entries "
            "of the result together?",
            name="one layer",
            group="one layer",
        ),
        values(
            2,
            "What goes into the second layer, and what has your list by then? It holds one number per layer, the first "
            "layer's first.",
            name="several layers",
            group="several layers",
        ),
        edges(2, "What is special about this net? Does your code take a width or a number of layers for granted?"),
        unchanged(),
    ),
    misconceptions=(
        Misconception(
            id="input_included",
            function=lambda x, weights, activation: [np.std(x), *map(np.std, _outputs(x, weights, activation))],
            hint="Your list begins with the std of the input, so it is one longer than there are layers. Does x count "
            "as the output of a layer?",
        ),
        Misconception(
            id="last_layer_left_out",
            function=lambda x, weights, activation: [np.std(h) for h in [x, *_outputs(x, weights, activation)][:-1]],
            hint="Your list holds the std of what goes INTO each layer. Is h measured before or after `h = "
            "activation(h @ w)`?",
        ),
        Misconception(
            id="before_the_activation",
            function=_before_activation,
            hint="You measure the sums, h @ w. What still happens to them before they leave the layer?",
        ),
        Misconception(
            id="no_activation",
            function=_linear,
            hint="Your net is linear: `activation` is never called. Where does it come in?",
        ),
        Misconception(
            id="activation_not_passed_on",
            function=_linear_inside,
            hint="You measure activation(z), but hand the sums z on to the next layer. What does the next layer "
            "receive?",
        ),
        Misconception(
            id="activation_first",
            function=_activation_first,
            hint="You apply the activation to what goes into a layer, and so to x too. In which order do the product "
            "and the activation come?",
        ),
        Misconception(
            id="each_layer_from_x",
            function=lambda x, weights, activation: [np.std(activation(x @ w)) for w in weights],
            hint="Each of your layers gets x itself. What should the second layer get?",
        ),
        Misconception(
            id="transposed_weights",
            function=_transposed,
            hint="You multiply by w transposed, as PyTorch does, which keeps weights as (fan_out, fan_in). What is the "
            "shape of w here, and which product fits?",
        ),
        Misconception(
            id="variance",
            function=_with(np.var),
            hint="You return variances. What makes a standard deviation of one?",
        ),
        Misconception(
            id="divided_by_n_minus_1",
            function=_with(lambda h: np.std(h, ddof=1)),
            hint="You divide by one less than the number of entries, as for a sample. By how many is the sum of "
            "squares divided in this course?",
        ),
        Misconception(
            id="mean_over_units",
            function=_with(lambda h: np.mean(np.std(h, axis=0))),
            hint="You take the std of each unit and average. Units may differ in their means too: what does the std "
            "over ALL entries see that yours does not?",
        ),
        Misconception(
            id="mean_over_examples",
            function=_with(lambda h: np.mean(np.std(h, axis=1))),
            hint="You take the std of each row and average. Over which entries should one std run?",
        ),
        Misconception(
            id="root_mean_square",
            function=_with(lambda h: np.sqrt(np.mean(h**2))),
            hint="You take the root of the mean square. What does a standard deviation take off first?",
        ),
        Misconception(
            id="per_unit",
            function=_with(lambda h: np.std(h, axis=0)),
            hint="You give one std per unit. How many numbers are asked for per layer, and over which entries does "
            "`np.std` run without an axis?",
        ),
        Misconception(
            id="last_layer_only",
            function=lambda x, weights, activation: np.std(_outputs(x, weights, activation)[-1]),
            hint="You return the std of the last layer alone. Where could you keep those of the layers before?",
        ),
        Misconception(
            id="list_begun_anew",
            function=lambda x, weights, activation: [np.std(_outputs(x, weights, activation)[-1])],
            hint="Your list holds the std of the last layer alone. Where is the list made: before the loop, or at each "
            "round of it?",
        ),
        Misconception(
            id="last_layer_first",
            function=lambda x, weights, activation: [np.std(h) for h in _outputs(x, weights, activation)][::-1],
            hint="Your numbers are right and stand in the wrong order. Which layer comes first?",
        ),
        in_place(_pops, "weights", "`pop` takes a layer out of the caller's list: which loop only looks at it?"),
    ),
    variants={
        "loop": _loop,
        "recursive": _recursive,
        "tuple": lambda x, weights, activation: tuple(float(h.std()) for h in _outputs(x, weights, activation)),
        "array": lambda x, weights, activation: np.array([h.std() for h in _outputs(x, weights, activation)]),
        "root_of_variance": _with(lambda h: np.sqrt(np.mean((h - h.mean()) ** 2))),
        "zero_d_arrays": _with(lambda h: np.array(np.linalg.norm(h - h.mean()) / np.sqrt(h.size))),
    },
)
