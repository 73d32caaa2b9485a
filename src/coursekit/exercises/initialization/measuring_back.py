"""gradient_stds."""

from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array
from coursekit.exercises.initialization.nets import Net, cases
from coursekit.exercises.kinds import Series
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, in_place, unchanged, values
from coursekit.nn import gradient_stds

Weights = list[Array]
Forward = Callable[[Array], Array]
Backward = Callable[[Array, Array], Array]
#: One layer's step: its gradient, weights, sum, output and input give the gradient for the layer below.
Step = Callable[[Array, Array, Array, Array, Array, Backward], Array]


def _arguments(net: Net) -> tuple[Any, ...]:
    return net.x, net.weights, net.unit.forward, net.unit.backward, net.dout


def _forward(x: Array, weights: Weights, activation: Forward) -> list[tuple[Array, Array, Array, Array]]:
    """Weights, sum, output and input of each layer."""
    h, passed = x, []
    for w in weights:
        z = h @ w
        passed.append((w, z, activation(z), h))
        h = passed[-1][2]
    return passed


def _with_step(step: Step, statistic: Callable[[Array], Any] = np.std) -> Callable[..., Any]:
    """Gradients by this step, measured by this statistic, first layer first."""

    def stds(x: Array, weights: Weights, activation: Forward, backward: Backward, dout: Array) -> Any:
        found = []
        for w, z, out, h in _forward(x, weights, activation)[::-1]:
            dout = step(dout, w, z, out, h, backward)
            found.append(statistic(dout))
        return found[::-1]

    return stds


def _right(dout: Array, w: Array, z: Array, out: Array, h: Array, backward: Backward) -> Array:
    return backward(dout, z) @ w.T


def _gradients(x: Array, weights: Weights, activation: Forward, backward: Backward, dout: Array) -> list[Array]:
    """The gradients at the inputs, last layer first, and `dout` before them."""
    found = [dout]
    for w, z, _, _ in _forward(x, weights, activation)[::-1]:
        found.append(backward(found[-1], z) @ w.T)
    return found


def _at_the_sums(x: Array, weights: Weights, activation: Forward, backward: Backward, dout: Array) -> Any:
    found = []
    for w, z, _, _ in _forward(x, weights, activation)[::-1]:
        dz = backward(dout, z)
        found.append(np.std(dz))
        dout = dz @ w.T
    return found[::-1]


def _of_the_weights(x: Array, weights: Weights, activation: Forward, backward: Backward, dout: Array) -> Any:
    found = []
    for w, z, _, h in _forward(x, weights, activation)[::-1]:
        dz = backward(dout, z)
        found.append(np.std(h.T @ dz))
        dout = dz @ w.T
    return found[::-1]


def _linear_forward(x: Array, weights: Weights, activation: Forward, backward: Backward, dout: Array) -> Any:
    found = []
    for w, z, _, _ in _forward(x, weights, lambda z: z)[::-1]:
        dout = backward(dout, z) @ w.T
        found.append(np.std(dout))
    return found[::-1]


def _first_to_last(x: Array, weights: Weights, activation: Forward, backward: Backward, dout: Array) -> Any:
    found = []
    for w, z, _, _ in _forward(x, weights, activation):
        dout = backward(dout, z) @ w.T
        found.append(np.std(dout))
    return found


def _reverses(x: Array, weights: Weights, activation: Forward, backward: Backward, dout: Array) -> Any:
    zs = [z for _, z, _, _ in _forward(x, weights, activation)]
    found: list[Any] = []
    weights.reverse()
    for w in weights:
        dout = backward(dout, zs.pop()) @ w.T
        found.append(np.std(dout))
    return found[::-1]


def _insert(x: Array, weights: Weights, activation: Forward, backward: Backward, dout: Array) -> Any:
    zs: list[Array] = []
    found: list[float] = []
    h = x
    for w in weights:
        zs.append(h @ w)
        h = activation(zs[-1])
    for i in range(len(weights) - 1, -1, -1):
        dout = np.dot(backward(dout, zs[i]), weights[i].T)
        found.insert(0, float(np.sqrt(((dout - dout.mean()) ** 2).mean())))
    return found


def _recursive(x: Array, weights: Weights, activation: Forward, backward: Backward, dout: Array) -> Any:
    def back(h: Array, rest: Weights) -> tuple[Array, tuple[float, ...]]:
        if len(rest) == 0:
            return dout, ()
        z = h @ rest[0]
        gradient, stds = back(activation(z), rest[1:])
        gradient = backward(gradient, z) @ rest[0].T
        return gradient, (float(np.std(gradient)), *stds)

    return back(x, weights)[1]


def _matrix_by_matrix(dout: Array, w: Array, z: Array, out: Array, h: Array, backward: Backward) -> Array:
    dz, dh = backward(dout, z), np.zeros_like(h)
    for i in range(h.shape[0]):
        for j in range(h.shape[1]):
            dh[i, j] = sum(dz[i, k] * w[j, k] for k in range(w.shape[1]))
    return dh


GRADIENT_STDS = Exercise(
    assignment="initialization",
    reference=gradient_stds,
    task="The same net, now backwards. `dout` is the gradient at the last layer's output. Through each layer, from the "
    "last to the first, it passes `activation_backward(dout, z)`, where z is the layer's sum before the activation, "
    "and then the weights. Return a list with the standard deviation, over all entries, of the gradient at each "
    "layer's **input**, first layer first.",
    rule="z_l = h_{l-1} @ w_l,  h_l = activation(z_l);  g_L = dout;  g_{l-1} = activation_backward(g_l, z_l) @ w_l.T;  "
    "result: [std of g_0, ..., std of g_{L-1}]",
    returns=Series(),
    cases=lambda draw: cases(draw, _arguments),
    checks=(
        values(
            2,
            "Go through this call on paper: z = x @ w forwards; backwards first through the activation, at z, then "
            "through w; then measure. At which step does your code part from that?",
            name="one layer",
            group="one layer",
        ),
        values(
            3,
            "Which gradient comes into the layer below, and at which sum does its activation take the slope? The list "
            "holds one number per layer, the first layer's first.",
            name="several layers",
            group="several layers",
        ),
        edges(2, "What is special about this net? Does your code take a width or a number of layers for granted?"),
        unchanged(),
    ),
    misconceptions=(
        Misconception(
            id="output_for_sum",
            function=_with_step(lambda dout, w, z, out, h, backward: backward(dout, out) @ w.T),
            hint="You give `activation_backward` the layer's output h. With a ReLU nobody sees the difference; with "
            "tanh it is wrong. At which value does it want the slope: before or after the activation?",
        ),
        Misconception(
            id="input_for_sum",
            function=_with_step(lambda dout, w, z, out, h, backward: backward(dout, h) @ w.T),
            hint="You give `activation_backward` what came into the layer. On which value did the activation work?",
        ),
        Misconception(
            id="weights_left_out",
            function=_with_step(lambda dout, w, z, out, h, backward: backward(dout, z)),
            hint="Your gradient passes the activations only. The sum is z = h @ w: what does the chain rule do with w "
            "on the way from z to h?",
        ),
        Misconception(
            id="weights_not_transposed",
            function=_with_step(lambda dout, w, z, out, h, backward: backward(dout, z) @ w),
            hint="Backwards you multiply by w as it is. w leads from `fan_in` to `fan_out`; which shape has a gradient "
            "on its way back?",
        ),
        Misconception(
            id="activation_left_out",
            function=_with_step(lambda dout, w, z, out, h, backward: dout @ w.T),
            hint="Your gradient passes the weights only. Where is `activation_backward` called?",
        ),
        Misconception(
            id="weights_before_activation",
            function=_with_step(lambda dout, w, z, out, h, backward: backward(dout @ w.T, z)),
            hint="Backwards you pass the weights first and the activation then. Forwards the weights come first: in "
            "which order does one walk back?",
        ),
        Misconception(
            id="arguments_swapped",
            function=_with_step(lambda dout, w, z, out, h, backward: backward(z, dout) @ w.T),
            hint="You call `activation_backward(z, dout)`. In which order does the task name its two arguments?",
        ),
        Misconception(
            id="slope_alone",
            function=_with_step(lambda dout, w, z, out, h, backward: backward(np.ones_like(dout), z) @ w.T),
            hint="Each of your layers starts anew from a gradient of ones. What does the layer above hand down?",
        ),
        Misconception(
            id="linear_forward",
            function=_linear_forward,
            hint="Your sums z come from a net without activations: you hand z on to the next layer. What does the next "
            "layer receive?",
        ),
        Misconception(
            id="first_to_last",
            function=_first_to_last,
            hint="You send the gradient through the layers from the first to the last. At which end of the net does "
            "`dout` come in?",
        ),
        Misconception(
            id="last_layer_first",
            function=lambda *args: [np.std(g) for g in _gradients(*args)[1:]],
            hint="Your numbers are right and stand in the order in which they come up. Which layer should come first?",
        ),
        Misconception(
            id="at_the_output",
            function=lambda *args: [np.std(g) for g in _gradients(*args)[:-1]][::-1],
            hint="You measure the gradient at each layer's output, `dout` itself for the last. At which end of the "
            "layer does the task measure?",
        ),
        Misconception(
            id="dout_included",
            function=lambda *args: [np.std(g) for g in _gradients(*args)][::-1],
            hint="Your list ends with the std of `dout`, so it is one longer than there are layers. Is `dout` the "
            "gradient at some layer's input?",
        ),
        Misconception(
            id="at_the_sums",
            function=_at_the_sums,
            hint="You measure the gradient at the sums z, half way through a layer. What still lies between z and the "
            "layer's input?",
        ),
        Misconception(
            id="of_the_weights",
            function=_of_the_weights,
            hint="You measure the gradients of the weights, h.T @ dz. They are what training uses; which gradient is "
            "handed down to the layer below?",
        ),
        Misconception(
            id="variance",
            function=_with_step(_right, np.var),
            hint="You return variances. What makes a standard deviation of one?",
        ),
        Misconception(
            id="divided_by_n_minus_1",
            function=_with_step(_right, lambda g: np.std(g, ddof=1)),
            hint="You divide by one less than the number of entries, as for a sample. By how many is the sum of "
            "squares divided in this course?",
        ),
        Misconception(
            id="mean_over_units",
            function=_with_step(_right, lambda g: np.mean(np.std(g, axis=0))),
            hint="You take the std of each column and average. Columns may differ in their means too: what does the "
            "std over ALL entries see that yours does not?",
        ),
        Misconception(
            id="root_mean_square",
            function=_with_step(_right, lambda g: np.sqrt(np.mean(g**2))),
            hint="You take the root of the mean square. What does a standard deviation take off first?",
        ),
        in_place(_reverses, "weights", "`reverse` turns the caller's list round: what does `reversed(weights)` do?"),
    ),
    variants={
        "insert": _insert,
        "recursive": _recursive,
        "loop": _with_step(_matrix_by_matrix),
        "array": lambda *args: np.array([np.std(g) for g in _gradients(*args)[:0:-1]]),
        "zero_d_arrays": _with_step(_right, lambda g: np.array(np.sqrt(np.var(g)))),
    },
)
