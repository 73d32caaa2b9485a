"""The activations that the chapter's widgets offer: the engine's functions with the facts a drawing needs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from coursekit import nn

Values = NDArray[np.floating]


@dataclass(frozen=True, kw_only=True)
class Unit:
    """An activation as a function of one number.

    `forward(x)` and `backward(dout, x)` take `alpha=` as well where `takes_alpha`; `kink` says that the derivative
    jumps at 0; `low` and `high` bound the output where it is bounded on both sides.
    """

    name: str
    label: str
    forward: Callable[..., Values]
    backward: Callable[..., Values]
    kink: bool = False
    takes_alpha: bool = False
    low: float | None = None
    high: float | None = None

    def bind(self, alpha: float) -> tuple[Callable[[Values], Values], Callable[[Values, Values], Values]]:
        """The function and its backward pass, with `alpha` put in where there is one."""
        if not self.takes_alpha:
            return self.forward, self.backward
        return partial(self.forward, alpha=alpha), partial(self.backward, alpha=alpha)


def _maxout(x: Values, alpha: float) -> Values:
    w1, w2, b = np.ones((1, 1)), np.full((1, 1), -alpha), np.zeros(1)
    return nn.maxout(x.reshape(-1, 1), w1, b, w2, b).reshape(x.shape)


def _maxout_backward(dout: Values, x: Values, alpha: float) -> Values:
    w1, w2, b = np.ones((1, 1)), np.full((1, 1), -alpha), np.zeros(1)
    return nn.maxout_backward(dout.reshape(-1, 1), x.reshape(-1, 1), w1, b, w2, b)[0].reshape(x.shape)


_ALL = (
    Unit(name="sigmoid", label="sigmoid", forward=nn.sigmoid, backward=nn.sigmoid_backward, low=0.0, high=1.0),
    Unit(name="tanh", label="tanh", forward=nn.tanh, backward=nn.tanh_backward, low=-1.0, high=1.0),
    Unit(name="relu", label="ReLU", forward=nn.relu, backward=nn.relu_backward, kink=True),
    Unit(
        name="leaky_relu",
        label="leaky ReLU",
        forward=nn.leaky_relu,
        backward=nn.leaky_relu_backward,
        kink=True,
        takes_alpha=True,
    ),
    Unit(name="elu", label="ELU", forward=nn.elu, backward=nn.elu_backward, kink=True, takes_alpha=True),
    Unit(
        name="maxout",
        label="maxout of x and −αx",
        forward=_maxout,
        backward=_maxout_backward,
        kink=True,
        takes_alpha=True,
    ),
    Unit(name="gelu", label="GELU", forward=nn.gelu, backward=nn.gelu_backward),
    Unit(name="silu", label="SiLU", forward=nn.silu, backward=nn.silu_backward),
    Unit(name="softplus", label="softplus", forward=nn.softplus, backward=nn.softplus_backward),
)

#: All units by name, in the order of the chapter.
UNITS = {unit.name: unit for unit in _ALL}
