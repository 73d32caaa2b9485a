"""`Sequential`, a model, and `Stack`, many models of one build that run at once."""

import copy
import os
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from coursekit.arguments import generator, shown
from coursekit.nn.layer import Layer
from coursekit.nn.passes import Chain, check_layers
from coursekit.nn.reports import table
from coursekit.nn.storage import read_into, write


class Sequential(Chain):
    """A model: `layers` applied in order to a batch `(N, D)` or `(N, H, W, C)`.

    `rng` draws the parameters, layer by layer, in float64; `dtype` (float64 or float32) is what they are kept in.
    Raises `ValueError` if two neighbours do not fit, a layer is used twice or something is no layer.

    >>> model = Sequential(Linear(2, 3), rng=np.random.default_rng(0))
    >>> model.params.shape, model(np.zeros((5, 2))).shape
    ((9,), (5, 3))
    """

    def __init__(self, *layers: Layer, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> None:
        generator("Sequential: rng", rng)
        self.dtype = _float_dtype(dtype)
        self.layers = layers
        self.input_shape = check_layers(layers)
        self._bind(np.zeros(sum(layer.n_params for layer in layers), self.dtype))
        for layer in layers:
            layer.initialize(rng)

    def summary(self) -> str:
        """The layers in a table: what each is, the shape of its output, how many parameters it has.

        >>> print(Sequential(Linear(2, 3), ReLU(), rng=np.random.default_rng(0)).summary())
        layer         output  parameters
        Linear(2, 3)  (N, 3)           9
        ReLU()        (N, 3)           0
        total                          9
        """
        return table(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write parameters and running statistics to the file `path` (npz), in one go or not at all.

        The file holds numbers and the layers' descriptions, no code and no pickle.
        """
        write(self, path)

    def load(self, path: str | os.PathLike[str]) -> None:
        """Take parameters and running statistics from a file that `save` wrote for a model built alike.

        The dtypes may differ. The model is changed only if all of the file fits it. Raises `ValueError` in one line if
        the file is damaged, is none of `save`'s, or holds another model; `FileNotFoundError` if there is none.
        """
        read_into(self, path)

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.layers))})"


class Stack(Chain):
    """M models of one build that run at once: arrays `(M, N, D)` in, `(M, N, C)` out, parameters `(M, n_params)`.

    For sweeps and ensembles of small nets, where most of a step is the cost of calling NumPy: M models share it.
    `models` are the starting points, alike but for their parameters; they stay as they are, `members` gives them back
    later. Layers that draw (dropout) draw for all models from the first one's generator. Raises `ValueError` if the
    models differ.
    """

    def __init__(self, models: list[Sequential]) -> None:
        models = list(models) if isinstance(models, Iterable) else []
        if not models or not all(isinstance(model, Sequential) for model in models):
            raise ValueError("Stack: models must be a list of at least one Sequential")
        builds = [(repr(model.layers), model.dtype) for model in models]
        for i, build in enumerate(builds):
            if build != builds[0]:
                raise ValueError(
                    f"Stack: all models must be built alike; model {i} is {models[i]}, model 0 {models[0]}"
                )
        for layer in models[0].layers:
            if not layer.stackable:
                raise ValueError(f"Stack: {layer} works in one model alone: train the models one by one")
        self.dtype, self.input_shape = models[0].dtype, models[0].input_shape
        self.layers = copy.deepcopy(models[0].layers)
        for layer, *others in zip(self.layers, *(model.layers for model in models), strict=True):
            layer.state = {name: np.stack([other.state[name] for other in others]) for name in layer.state}
        self._bind(np.stack([model.params for model in models]))

    def members(self) -> list[Sequential]:
        """The models as they are now, each on its own."""
        models = []
        for i, params in enumerate(self.params):
            model = Sequential.__new__(Sequential)
            layers = copy.deepcopy(self.layers)
            for layer, stacked in zip(layers, self.layers, strict=True):
                layer.state = {name: array[i] for name, array in stacked.state.items()}
            model.__setstate__(
                {"layers": layers, "dtype": self.dtype, "input_shape": self.input_shape, "params": params.copy()}
            )
            models.append(model)
        return models

    def __len__(self) -> int:
        return len(self.params)

    def __repr__(self) -> str:
        return f"Stack of {len(self)}: Sequential({', '.join(map(repr, self.layers))})"


def _float_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    try:
        found = np.dtype(dtype)
    except (TypeError, ValueError):
        found = None
    if found not in (np.float32, np.float64):
        raise ValueError(f"Sequential: dtype must be float32 or float64, not {found or shown(dtype)}")
    return found
