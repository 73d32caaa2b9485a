"""Functions that a student may hand in by mistake or on purpose: each of them is worth nothing, whatever is asked."""

import sys

import numpy as np


class Agrees(np.ndarray):
    """Claims to be equal and close to anything."""

    def __eq__(self, other: object) -> bool:
        return True

    def __sub__(self, other: object) -> int:
        return 0

    __rsub__ = __sub__
    __hash__ = None

    def __array_ufunc__(self, ufunc: object, method: str, *inputs: object, **options: object) -> np.ndarray:
        return np.zeros(self.shape)


class Pretends:
    """Says that it is an array, a float and a tuple."""

    shape, dtype, ndim, size = (1, 1), np.dtype(float), 2, 1

    @property
    def __class__(self) -> type:
        return np.ndarray

    def __array__(self, *args: object, **kwargs: object) -> np.ndarray:
        raise AssertionError("the grader asked a student's object for its array")

    def __float__(self) -> float:
        raise AssertionError("the grader asked a student's object for its number")

    def __eq__(self, other: object) -> bool:
        raise AssertionError("the grader compared a student's object")

    def __iter__(self) -> object:
        raise AssertionError("the grader went through a student's object")

    __hash__ = None

    def __len__(self) -> int:
        raise AssertionError("the grader asked a student's object for its length")


class LyingFloat(float):
    def __float__(self) -> float:
        raise AssertionError("the grader asked a student's object for its number")


class LyingTuple(tuple):
    def __iter__(self) -> object:
        raise AssertionError("the grader went through a student's object")

    def __len__(self) -> int:
        return 2


def nameless() -> type:
    """A class whose name cannot be asked for (made here, since pytest asks every class of a module)."""

    class BadType(type):
        @property
        def __name__(cls) -> str:
            raise AssertionError("the grader asked a student's class for its name")

    class Nameless(metaclass=BadType):
        pass

    return Nameless


class NastyError(Exception):
    def __str__(self) -> str:
        raise SystemExit("no text for you")


def raises(error: BaseException | type[BaseException]):
    def function(*args, **kwargs):
        raise error

    return function


def recursion(*args, **kwargs):
    return recursion(*args, **kwargs)


def generator(*args, **kwargs):
    yield from args


async def coroutine(*args, **kwargs):
    return args[0]


def stops_printing_nothing(*args, **kwargs):
    for _ in range(1000):
        print("x" * 1000)
    sys.stderr.write("also here\n")


HOSTILE = {
    "SystemExit": raises(SystemExit(0)),
    "KeyboardInterrupt": raises(KeyboardInterrupt),
    "GeneratorExit": raises(GeneratorExit),
    "RecursionError": recursion,
    "MemoryError": raises(MemoryError),
    "StopIteration": raises(StopIteration),
    "an exception without text": raises(NastyError),
    "BaseException": raises(BaseException("all")),
    "no parameters": lambda: None,
    "too many parameters": lambda a, b, c, d, e, f, g: None,
    "None": lambda *a, **k: None,
    "Ellipsis": lambda *a, **k: ...,
    "a string": lambda *a, **k: "1.0",
    "bytes": lambda *a, **k: b"\x00" * 8,
    "a list": lambda *a, **k: a[0].tolist(),
    "a set": lambda *a, **k: {1.0},
    "a dict": lambda *a, **k: {"dx": a[0]},
    "a generator": generator,
    "a coroutine": coroutine,
    "a function": lambda *a, **k: np.maximum,
    "a class": lambda *a, **k: nameless(),
    "an object of a nameless class": lambda *a, **k: nameless()(),
    "NaN": lambda *a, **k: a[0] * np.nan,
    "inf": lambda *a, **k: a[0] * np.inf,
    "NaN number": lambda *a, **k: float("nan"),
    "complex": lambda *a, **k: a[0].astype(complex),
    "object array": lambda *a, **k: a[0].astype(object),
    "strings in an array": lambda *a, **k: a[0].astype(str),
    "dates": lambda *a, **k: np.zeros(a[0].shape, dtype="M8[s]"),
    "structured": lambda *a, **k: np.zeros(a[0].shape, dtype=[("a", float)]),
    "0-d": lambda *a, **k: np.array(0.25),
    "5-d": lambda *a, **k: np.zeros((1, 1, 1, 1, 1)),
    "empty": lambda *a, **k: np.zeros((0, 3)),
    "a huge array that takes no memory": lambda *a, **k: np.broadcast_to(1.0, (10**6, 10**6)),
    "a huge integer": lambda *a, **k: 10**5000,
    "own comparison": lambda *a, **k: a[0].view(Agrees),
    "pretends to be an array": lambda *a, **k: Pretends(),
    "pretends, in a tuple": lambda *a, **k: (Pretends(), Pretends()),
    "a lying float": lambda *a, **k: LyingFloat(0.5),
    "a lying tuple": lambda *a, **k: LyingTuple((1, 2, 3)),
    "a masked array": lambda *a, **k: np.ma.masked_all(a[0].shape),
    "a matrix": lambda *a, **k: np.asmatrix(np.zeros((2, 2))),
    "a list of itself": lambda *a, **k: (lambda loop: loop.append(loop) or loop)([]),
    "prints a lot": stops_printing_nothing,
    "removes the input's shape": lambda *a, **k: setattr(a[0], "shape", (a[0].size,)),
    "sets the input to NaN": lambda *a, **k: a[0].fill(np.nan),
}
