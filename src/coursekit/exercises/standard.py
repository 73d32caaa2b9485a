"""Checks and wrong answers that many exercises share, so that they bear the same name and words everywhere."""

from coursekit.exercises.judging import Check
from coursekit.exercises.spec import Function, Misconception


def values(points: int, hint: str, *, name: str = "values", group: str = "values", part: str | None = None) -> Check:
    """The heart of an exercise: right on ordinary inputs."""
    return Check(name=name, points=points, hint=hint, group=group, part=part, core=True)


def edges(points: int = 1, hint: str = "") -> Check:
    """One row, one feature, zeros, large numbers, a view."""
    return Check(
        name="edge cases",
        points=points,
        group="edges",
        hint=hint or "What is special about this input? Does your code take a shape or a size for granted?",
    )


def large(points: int = 1, hint: str = "") -> Check:
    """Entries of 1e4 in size, where the exact result is an ordinary number."""
    return Check(
        name="large inputs",
        points=points,
        group="large",
        hint=hint or "Which step of your formula becomes too large for a float here, although the result is not?",
    )


def unchanged(points: int = 1) -> Check:
    """Inputs are left alone."""
    return Check(
        name="does not change its input",
        points=points,
        group=None,
        aspect="unchanged",
        hint="Which line writes into an array that the caller still needs? Work on a copy, or make a new array.",
    )


def keeps_float32(points: int = 1) -> Check:
    """float32 in, float32 out."""
    return Check(
        name="keeps float32",
        points=points,
        group="float32",
        aspect="dtype",
        hint="Where does a float64 come in? `np.zeros(shape)` makes one; `np.zeros_like(x)` takes the dtype of `x`.",
    )


def in_place(function: Function, argument: str, hint: str = "", *, id: str = "in_place") -> Misconception:
    """Right values, but `argument` is overwritten."""
    return Misconception(
        id=id,
        function=function,
        hint=f"The values are right, but the caller's `{argument}` is overwritten. "
        + (hint or "Which of your lines writes into it?"),
    )


def float64(function: Function, maker: str = "np.zeros(x.shape)") -> Misconception:
    """Right values, in float64 whatever came in; `maker` is where the float64 comes from."""
    return Misconception(
        id="float64",
        function=function,
        hint=f"float32 went in and float64 came out. Which dtype does `{maker}` have?",
    )
