"""Small deep nets without biases, whose signals and gradients are measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, Made, as_float32, with_layouts
from coursekit.exercises.initialization import callbacks

_CLEAR = 0.01  # no sum is nearer to the kink of a ReLU
_ALIVE = 0.05  # no standard deviation is smaller, so that no formula for it loses its digits


@dataclass(frozen=True)
class Unit:
    """An activation and its backward pass, as arguments."""

    forward: Made
    backward: Made


RELU = Unit(
    Made(callbacks.relu, shown="lambda z: np.maximum(z, 0)"),
    Made(callbacks.relu_backward, shown="lambda dout, z: dout * (z > 0)"),
)
TANH = Unit(
    Made(callbacks.tanh, shown="lambda z: np.tanh(z)"),
    Made(callbacks.tanh_backward, shown="lambda dout, z: dout * (1 - np.tanh(z) ** 2)"),
)
SOFTSIGN = Unit(
    Made(callbacks.softsign, shown="lambda z: z / (1 + np.abs(z))"),
    Made(callbacks.softsign_backward, shown="lambda dout, z: dout / (1 + np.abs(z)) ** 2"),
)


@dataclass(frozen=True)
class Net:
    """An input, weights, an activation and a gradient at the last output."""

    x: Array
    weights: list[Array]
    unit: Unit
    dout: Array


def _signals(net: Net) -> tuple[list[Array], list[Array]]:
    """The sums, and the outputs and gradients at the layers' ends."""
    forward, backward = net.unit.forward.maker(), net.unit.backward.maker()
    sums, ends, h, dout = [], [], net.x, net.dout
    for w in net.weights:
        sums.append(h @ w)
        h = forward(sums[-1])
        ends.append(h)
    for w, z in zip(net.weights[::-1], sums[::-1], strict=True):
        dout = backward(dout, z) @ w.T
        ends.append(dout)
    return sums, ends


def draw_net(draw: Draw, n: int, widths: Sequence[int], unit: Unit, size: float = 1.0) -> Net:
    """n examples through layers of these widths (the first is the input's), away from kinks and from dying out."""
    while True:
        x = size * draw.array(n, widths[0], low=0.2, high=2.0)
        weights = [draw.array(a, b, low=0.1, high=1.2) for a, b in pairwise(widths)]
        net = Net(x, weights, unit, draw.array(n, widths[-1]))
        sums, ends = _signals(net)
        clear = all(np.abs(z).min() > _CLEAR for z in sums)
        if clear and all(end.std() > _ALIVE for end in ends):
            return net


def cases(draw: Draw, arguments: Callable[[Net], tuple[Any, ...]]) -> list[Case]:
    """The cases of both exercises; `arguments` takes those of one from a net."""

    def case(
        n: int, widths: Sequence[int], unit: Unit, about: str = "", group: str = "several layers", size: float = 1.0
    ) -> Case:
        net = draw_net(draw, n, widths, unit, size)
        return Case(args=arguments(net), about=about, group=group, scale=size)

    def width() -> int:
        return draw.size(2, 5)

    def typical() -> Case:
        return case(draw.size(3, 5), (3, 4, 2), TANH)

    def one(n: int, widths: Sequence[int], unit: Unit) -> Case:
        return case(n, widths, unit, group="one layer")

    zeros = draw_net(draw, 2, (2, 3, 2), TANH)
    deep = draw.size(5, 8)
    made = [
        one(2, (2, 3), RELU),
        one(3, (2, 2), TANH),
        one(draw.size(2, 5), (draw.size(3, 5), 2), SOFTSIGN),
        case(1, (2, 2, 2), RELU),  # small enough that the whole call is shown
        case(2, (2, 3, 2), RELU),
        case(2, (2, 2, 2), TANH),
        case(draw.size(3, 6), (3, width(), width(), 4), TANH),
        case(draw.size(3, 6), (3, 3, 3, 3), SOFTSIGN, "all layers equally wide"),
        case(draw.size(8, 15), (4,) * deep, TANH, f"{deep - 1} layers"),
        case(draw.size(8, 15), (6, 9, width(), 7), RELU),
        case(1, (3, 4, 3), TANH, "one row", "edges"),
        case(draw.size(3, 6), (1, 3, 2), TANH, "one feature", "edges"),
        case(draw.size(3, 6), (3, 1, 4), SOFTSIGN, "a layer of one unit", "edges"),
        Case(args=arguments(replace(zeros, x=np.zeros((2, 2)))), about="x is 0", group="edges"),
        case(3, (2, 3, 3), RELU, "large entries", "edges", 1e4),
    ]
    single = typical()
    made.append(replace(single, args=as_float32(single.args), about="float32", group="edges"))
    return with_layouts(made, typical=typical, single=False)
