"""One table of everything public in the engine: what each takes, and one line for whatever it does not take.

A row gives good arguments, each with its kind; the kind knows what is bad. Every bad value, put in place of the good
one, must raise `ValueError` whose one line names the function or the argument: no other exception, no warning, no
result.
"""

import copy
import inspect
import re

import numpy as np
import pytest
import rows_data
import rows_methods
import rows_nn
import rows_optim
import rows_training

from coursekit import data, nn, optim, training

ROOMS = {"nn": nn, "optim": optim, "data": data, "training": training}

#: Public names that are no rows of the table, and why.
NO_ROWS = {
    "constants": {"ACTIVATIONS", "LANDSCAPES", "CIFAR10_CLASSES", "IRIS_FEATURES", "IRIS_SPECIES"}
    | set(optim.LANDSCAPES),
    "protocols, which nobody calls": {"Constraint", "Loss", "Penalty", "Schedule"},
    "records that the engine fills": {
        "Landscape",
        "LayerStatistics",
        "Member",
        "RangeTest",
        "Search",
        "StackStep",
        "Step",
        "Trial",
    },
    "nothing to give": {
        "Flatten",
        "GELU",
        "Layer",
        "MeanSquaredError",
        "PlainLayer",
        "ReLU",
        "SiLU",
        "Sigmoid",
        "Softplus",
        "Tanh",
        "digits",
        "iris",
    },
}


def called(call, kinds, **instead):
    """`call` with the good values, but for those `instead`."""
    given = {name: copy.deepcopy(kind.good) for name, kind in kinds.items()} | instead
    return call(
        *[each for name in given if name[0] == "*" for each in given[name]],
        **{name: value for name, value in given.items() if name[0] != "*"},
    )


def bad_values(kinds):
    """Every bad value with the argument that it is for: those of its kind, and sizes that fit no other argument's."""
    for name, kind in kinds.items():
        for bad in kind.bad:
            yield name, bad
        rest = [other.letters for which, other in kinds.items() if which != name]
        others = {letter for letters in rest for letter in letters if letter != "..." or letters == ("...",)}
        for axis, letter in enumerate(kind.letters):
            repeated = kind.letters.count(letter) > 1
            if kind.letters == ("...",) and letter in others:
                yield name, kind.good[None]
                yield name, kind.good[:1]
                yield name, kind.good[:, :1]
                yield name, kind.good[0]
                yield name, kind.good.T
            elif letter != "..." and (letter in others or repeated):
                yield name, kind.good.take([0], axis)
                yield name, np.concatenate([kind.good, kind.good.take([0], axis)], axis)


def as_row(row):
    """What a row tests: its label, what it calls, how what it calls comes about, and the arguments."""
    if len(row) == 2:
        name, kinds = row
        room = next(room for room in ROOMS.values() if name in room.__all__)
        return name, lambda: getattr(room, name), kinds
    if len(row) == 3:
        name, call, kinds = row
        return name, lambda: call, kinds
    name, make, method, kinds = row
    return f"{name}.{method}", lambda: getattr(make(), method), kinds


CALLS = [*rows_nn.ROWS, *rows_optim.ROWS, *rows_data.ROWS, *rows_training.ROWS]
ROWS = [as_row(row) for row in (*CALLS, *rows_methods.ROWS)]
#: Loaders need files: tests/data/test_local_files.py calls them with good ones.
WITH_GOOD = [row for row in ROWS if row[0] not in ("mnist", "cifar10", "Sequential.save", "Sequential.load")]


def used(result):
    """`result`, with what it does when it is gone through."""
    return list(result) if inspect.isgenerator(result) else result


@pytest.mark.parametrize(("label", "make", "kinds"), WITH_GOOD, ids=[row[0] for row in WITH_GOOD])
def test_good_arguments_are_taken(label, make, kinds):
    used(called(make(), kinds))


@pytest.mark.parametrize(("label", "make", "kinds"), ROWS, ids=[row[0] for row in ROWS])
def test_a_bad_argument_gets_one_line(label, make, kinds):
    words = {*label.split("."), *(name.strip("*") for name in kinds)}
    wrong = []
    for name, bad in bad_values(kinds):
        what = f"{name}={' '.join(repr(bad).split()):.80}"
        try:
            result = used(called(make(), kinds, **{name: bad}))
        except ValueError as error:
            line = str(error)
            # Or what the caller made, where that is to blame: a function, a penalty.
            named = words | {getattr(bad, "__name__", type(bad).__name__)}
            if (
                "\n" in line
                or len(line) > 400
                or not any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", line) for word in named)
            ):
                wrong.append(f"{what}: the message is {line!r}")
        except Exception as error:
            wrong.append(f"{what}: {type(error).__name__}: {' '.join(str(error).split())}")
        else:
            wrong.append(f"{what}: taken, gives {' '.join(repr(result).split()):.80}")
    assert not wrong, f"{label}\n  " + "\n  ".join(wrong)


def test_the_table_is_complete():
    exceptions = [name for names in NO_ROWS.values() for name in names]
    rows = {label.split(".")[0] for label, *_ in ROWS}
    public = {name for room in ROOMS.values() for name in room.__all__}
    assert public - rows == set(exceptions) - rows
    assert len(exceptions) == len(set(exceptions))


@pytest.mark.parametrize("name", sorted(row[0] for row in CALLS if "." not in row[0]))
def test_the_row_has_every_argument(name):
    room = next(room for room in ROOMS.values() if name in room.__all__)
    kinds = {arg.strip("*") for label, _, row in ROWS if label == name for arg in row}
    if name not in ("path", "paths", "FromRule"):  # their settings are the rule's
        assert kinds == set(inspect.signature(getattr(room, name)).parameters)
