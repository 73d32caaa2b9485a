"""The experiments behind the claims on initialization: how a start carries the signal, and whether it trains."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from coursekit import nn
from coursekit.claims.digits_task import Values, error, split_digits
from coursekit.nn import Linear, Sequential
from coursekit.optim import SGD
from coursekit.training import train

Init = Callable[..., Values]


def rand_over_root(fan_in: int, fan_out: int, rng: np.random.Generator, numerator: float = 1.0) -> Values:
    """`np.random.rand(in, out) / np.sqrt(in / numerator)`, as the notes have it: uniform from 0, mean not 0."""
    return nn.uniform_init(fan_in, fan_out, 0.0, (numerator / fan_in) ** 0.5, rng)


#: Every start that the notes name, for all layers of a net.
STARTS: dict[str, Init] = {
    "zero": partial(nn.constant_init, value=0.0),
    "constant": partial(nn.constant_init, value=0.1),
    "small": partial(nn.normal_init, std=0.01),
    "one": partial(nn.normal_init, std=1.0),
    "xavier": nn.xavier_init,
    "he": nn.he_init,
    "uniform": partial(nn.uniform_init, low=-1.0, high=1.0),
    "small rand": partial(nn.uniform_init, low=0.0, high=0.01),
    "rand": partial(nn.uniform_init, low=0.0, high=1.0),
    "xavier rand": rand_over_root,
    "he rand": partial(rand_over_root, numerator=2.0),
}
LAYERS: dict[str, Callable[[], nn.Layer]] = {"tanh": nn.Tanh, "relu": nn.ReLU, "sigmoid": nn.Sigmoid}
#: The rates of SGD from which each start may take its best.
RATES = (1.0, 0.1, 0.01)
#: The same for ten and thirty hidden layers.
DEEP_RATES = (0.1, 0.01)
#: What `signal` sends where, and what `best_error` trains at DEEP_RATES, in the words of a claim's setup.
TEN = "Ten layers of 128 units, normal examples in"
TRAINED = (
    "hidden layers of 64 units on the digits, 5 epochs of SGD at the better of the rates 0.1 and 0.01; error on the "
    "training data"
)


def net(start: str | Init, unit: str, hidden: int, seed: int, *, last: str | None = None) -> Sequential:
    """64 inputs, `hidden` layers of 64 units, 10 classes; every layer starts as STARTS[start], biases at 0.

    `start` may be an initializer of one's own. The layer of the classes starts as STARTS[last], if that is given.
    """
    init = STARTS[start] if isinstance(start, str) else start
    layers: list[nn.Layer] = []
    for _ in range(hidden):
        layers += [Linear(64, 64, init=init), LAYERS[unit]()]
    return Sequential(*layers, Linear(64, 10, init=STARTS[last] if last else init), rng=np.random.default_rng(seed))


def fit(model: Sequential, seed: int, *, lr: float, epochs: int) -> float:
    """Train `model` on the digits with batches of 32; its error on the training data, that of guessing if it broke."""
    data = split_digits(seed)
    run = train(
        model,
        data.x_train,
        data.y_train,
        optimizer=SGD(lr=lr),
        epochs=epochs,
        batch_size=32,
        rng=np.random.default_rng(seed),
    )
    for step in run:
        if step.event == "diverged":
            return 0.9
    return error(model, data.x_train, data.y_train)


@lru_cache(maxsize=256)
def best_error(
    start: str, unit: str, hidden: int, seed: int, *, rates: tuple[float, ...] = RATES, epochs: int = 5
) -> float:
    """Training error after `epochs` of SGD, at the best of `rates` for this start."""
    return min(fit(net(start, unit, hidden, seed), seed, lr=lr, epochs=epochs) for lr in rates)


def unlike(weights: Values) -> float:
    """The largest distance of a weight from the mean of its row: 0 if all units of the layer are alike.

    It is a share of the weights' root mean square; a column is a unit.
    """
    return float(np.abs(weights - weights.mean(axis=1, keepdims=True)).max() / np.sqrt((weights**2).mean()))


@dataclass(frozen=True)
class Signal:
    """Layer by layer, first layer first: root mean square and mean of the outputs, std of the gradient there.

    `flat` is the share of outputs of the last layer beyond 0.99 in size, `differ` how much the units of that layer
    differ from each other on one example, as a share of their root mean square.
    """

    sizes: Values
    means: Values
    gradients: Values
    flat: float
    differ: float


@lru_cache(maxsize=256)
def signal(start: str, unit: str, seed: int, *, depth: int = 10, width: int = 128) -> Signal:
    """Send 200 standard normal examples up `depth` layers and a standard normal gradient down."""
    rng = np.random.default_rng(seed)
    layers: list[nn.Layer] = []
    for _ in range(depth):
        layers += [Linear(width, width, init=STARTS[start]), LAYERS[unit]()]
    model = Sequential(*layers, rng=rng)
    outputs = model.outputs(rng.standard_normal((200, width)))[1::2]
    model.backward(rng.standard_normal((200, width)))
    sizes = np.array([np.sqrt((h**2).mean()) for h in outputs])
    last = outputs[-1]
    return Signal(
        sizes,
        np.array([h.mean() for h in outputs]),
        np.array([g.std() for g in model.gradients()[1::2]]),
        float(np.mean(np.abs(last) > 0.99)),
        float(np.sqrt(last.var(axis=1).mean()) / sizes[-1]) if sizes[-1] > 0 else 0.0,
    )
