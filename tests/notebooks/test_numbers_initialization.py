"""The worked numbers in the texts of the notebook on initialization, computed."""

import math
import re
from pathlib import Path

import nbformat
import numpy as np

from coursekit.nn import (
    activation_stds,
    dead_fraction,
    gradient_stds,
    he_init,
    normal_init,
    relu,
    relu_backward,
    xavier_init,
)

NOTEBOOK = Path(__file__).parents[2] / "solutions" / "initialization" / "initialization.ipynb"


def text_of(*, written):
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    sources = [c.source for c in cells if c.cell_type == "markdown" and ("nbgrader" in c.metadata) == written]
    return re.sub(r"\s+", " ", " ".join(sources))


def test_the_numbers_in_the_texts_are_right():
    text = text_of(written=False)
    within = math.erf(1 / math.sqrt(2)), math.erf(2 / math.sqrt(2))
    first, second = activation_stds(np.array([[1.0, -1.0]]), [np.eye(2), 0.5 * np.eye(2)], relu)
    dout = np.array([[1.0, 3.0]])
    one, two = gradient_stds(np.array([[1.0, 2.0]]), [3 * np.eye(2), 2 * np.eye(2)], relu, relu_backward, dout)
    for number in (
        f"variance is ${0.01**2:.4f}$",
        f"about {100 * within[0]:.0f} of 100 weights",
        f"{100 * within[1]:.0f} of 100 between",
        f"The list is $[{first:g}, {second:g}]$",
        f"1/200 = {1 / 200}$",
        f"\\sqrt{{0.005}} = {math.sqrt(0.005):.4f}$: the 0.07 of above",
        f"the variance is ${1 / 100}$ and the std ${math.sqrt(1 / 100)}$",
        f"2/400 = {2 / 400}$, std ${math.sqrt(2 / 400):.4f}$",
        f"a = \\sqrt{{6/150}} = {math.sqrt(6 / 150):.1f}$",
        f"$0.04/3 = {0.04 / 3:.4f}$",
        f"\\sqrt{{1/2}} = {math.sqrt(0.5):.3f}$",
        f"$0.707^{{10}} = {0.707**10:.3f}$",
        f"2/50 = {2 / 50}$ and the std ${math.sqrt(2 / 50):.1f}$",
        f"The list is $[{one:g}, {two:g}]$",
        f"\\sqrt{{1/6}} = {math.sqrt(1 / 6):.2f}$ per layer",
        f"(At {math.sqrt(1 - 1 / math.pi):.2f} and not at 1",
        f"\\ln 10 = {math.log(10):.2f}$",
        f"an std of {math.sqrt(1 / 12):.2f}, smaller",
    ):
        assert number in text, number
    assert math.isclose(0.04 / 3, 2 / 150)


def ten(init, width=200):
    rng = np.random.default_rng(1)
    return [init(width, width, rng=rng) for _ in range(10)]


def test_the_numbers_in_the_answers_come_from_the_runs():
    text = text_of(written=True)
    x, dout = (np.random.default_rng(seed).standard_normal((200, 200)) for seed in (0, 2))
    stds = activation_stds(x, ten(xavier_init), relu)
    ratio = stds[-1] / stds[0]
    tanh = {init: activation_stds(x, ten(init), np.tanh)[-1] for init in (he_init, xavier_init)}

    def tanh_backward(dout, z):
        return dout * (1 - np.tanh(z) ** 2)

    first = gradient_stds(x, ten(xavier_init), np.tanh, tanh_backward, dout)[0]
    for number in (
        f"from {stds[0]:.2f} after layer 1 to about {stds[-1]:.3f} after layer 10",
        f"a factor of ${ratio:.3f}$, which is ${ratio:.3f}^{{1/9}} = {ratio ** (1 / 9):.2f}$ per layer",
        f"about {tanh[he_init]:.2f} against {tanh[xavier_init]:.2f} at layer 10",
        f"against {first:.1f} with Xavier",
        f"about {0.5 * 200 / math.sqrt(200):.0f} times",
    ):
        assert number in text, number
    bad = [np.random.default_rng(1).random((200, 200)) / math.sqrt(200) for _ in range(10)]
    assert 1e-32 < gradient_stds(x, bad, np.tanh, tanh_backward, dout)[0] < 1e-28


def test_only_the_size_in_between_lets_a_signal_through():
    x = np.random.default_rng(0).standard_normal((200, 200))

    def last(std):
        return activation_stds(x, ten(lambda a, b, rng: normal_init(a, b, std, rng)), np.tanh)[-1]

    assert last(0.01) < 1e-8
    assert 0.1 < last(0.07) < 0.5
    assert last(1.0) > 0.95


def test_the_size_of_the_weights_kills_no_unit():
    def dead(std):
        h = np.random.default_rng(0).standard_normal((200, 200))
        for w in ten(lambda a, b, rng: normal_init(a, b, std, rng)):
            h = relu(h @ w)
        return dead_fraction(h)

    assert 0 < dead(0.01) == dead(0.1) == dead(1.0)
