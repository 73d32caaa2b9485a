"""The functions that students write: the engine has each of them, under the name and signature they are given."""

import inspect
import re

import pytest
from promised import FUNCTIONS

import coursekit.data
import coursekit.nn
import coursekit.optim
import coursekit.training

ROOMS = {
    "nn": coursekit.nn,
    "optim": coursekit.optim,
    "data": coursekit.data,
    "training": coursekit.training,
}

#: Functions of numbers, lists and functions alone: their docstrings have nothing to say of shapes.
SCALARS = {
    "sgd_train", "step_decay", "exponential_decay", "inverse_time_decay", "cosine_decay", "warmup", "reduce_on_plateau",
    "early_stopping", "has_converged", "updates_per_epoch", "linear_scaling", "sqrt_scaling", "batch_size_schedule",
    "ensemble_error", "expected_initial_loss", "grid_search", "random_search",
}  # fmt: skip
#: `(N, D)`, `w` `(D,)`, `(n,)`, or in words.
SHAPE = re.compile(r"`(\w+ )?\([A-Za-z]\w*(, ?[^)]*)?\)`|\bshapes?\b")
#: Something in backquotes: the formula, or the arguments that the text speaks of.
FORMULA = re.compile(r"`[^`]+`")

every_function = pytest.mark.parametrize(
    ("room", "wanted"), FUNCTIONS, ids=[wanted.partition("(")[0] for _, wanted in FUNCTIONS]
)


def test_the_table_is_complete():
    assert len({wanted.partition("(")[0] for _, wanted in FUNCTIONS}) == len(FUNCTIONS) >= 88


@every_function
def test_the_engine_has_it_with_this_signature(room, wanted):
    name = wanted.partition("(")[0]
    function = vars(ROOMS[room])[name]
    parameters = inspect.signature(function).parameters.values()
    shown = [p.name if p.default is p.empty else f"{p.name}={p.default!r}" for p in parameters]
    assert f"{name}({', '.join(shown)})" == wanted
    # The grader gives all arguments by position.
    assert {p.kind for p in parameters} == {inspect.Parameter.POSITIONAL_OR_KEYWORD}
    assert name in ROOMS[room].__all__
    assert function.__name__ == name


@every_function
def test_its_docstring_gives_the_shapes_and_the_formula(room, wanted):
    name = wanted.partition("(")[0]
    text = inspect.getdoc(vars(ROOMS[room])[name])
    first, _, rest = text.partition("\n")
    assert first.endswith((".", ":")), "the first line is one sentence"
    assert rest.startswith("\n") or not rest, "an empty line follows the first"
    assert FORMULA.search(text)
    assert name in SCALARS or SHAPE.search(text)
