"""`check(relu)`: what a student runs in a notebook, with a timer and a result that reads well.

The course's grading does not run it: there the functions are asked from outside of the student's process. Run by
nbgrader itself, its plain text is the bare score, which nbgrader takes for partial credit.
"""

import os
import random
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from html import escape
from types import FrameType
from typing import Any

from coursekit.exercises import PUBLIC_SEED, Answer, Exercise, ExerciseError, Result, TimeUp, exercise
from coursekit.exercises.asking import out_of_time
from coursekit.exercises.spec import ENGINE_S_OWN

SECONDS = 10.0
#: nbgrader's button for students, and its autograder as it is: what is no number is full marks to both.
_BARE = ("validate", "autograde")
_NO_TIMER = "there is no timer here, so a loop that never ends must be stopped by hand (in Jupyter: Kernel, Interrupt)"
_PATIENCE = 5


@dataclass(frozen=True, repr=False)
class Report:
    """The results of one `check(...)`, and what is to be said about all of them."""

    results: tuple[Result, ...]
    remark: str
    bare: bool = False

    @property
    def score(self) -> int:
        """Points earned in all exercises."""
        return sum(result.score for result in self.results)

    @property
    def max_score(self) -> int:
        """The points of all exercises."""
        return sum(result.max_score for result in self.results)

    @property
    def passed(self) -> bool:
        """Whether every exercise passed."""
        return all(result.passed for result in self.results)

    def __str__(self) -> str:
        return "\n\n".join([*map(str, self.results), self.remark])

    def __repr__(self) -> str:
        return str(self.score) if self.bare else str(self)

    def _repr_html_(self) -> str:
        return "".join(result._repr_html_() for result in self.results) + f"<p>{escape(self.remark)}</p>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self._repr_html_()}


def check(*functions: Callable[..., Any], seconds: float = SECONDS) -> Report:
    """Check one or several functions of an assignment: `check(relu)`, `check(relu, relu_backward)`.

    The exercise is the one that bears the function's name. Another function that it needs, as a backward pass needs the
    cache of its forward pass, is looked for among those given and then in the notebook itself. Each may take `seconds`;
    a loop that never ends is stopped then, where the platform has a timer (Linux, macOS, in the main thread; not
    Windows, not the browser, where the page ends its worker). Raises `ExerciseError` for a name that is no exercise.
    """
    if not functions:
        raise ExerciseError("check needs a function, for example check(relu)")
    if not seconds > 0:
        raise ExerciseError(f"check: seconds must be above 0, not {seconds!r}")
    chosen = [_exercise_of(function) for function in functions]
    together = {found.name: function for found, function in zip(chosen, functions, strict=True)}
    for found, function in zip(chosen, functions, strict=True):
        beside = getattr(function, "__globals__", {})
        together = {**{name: beside[name] for name in found.needs if name in beside}, **together}
    results = tuple(_evaluate(found, together, seconds) for found in chosen)
    return Report(results, _remark(results), os.environ.get("NBGRADER_EXECUTION") in _BARE)


def _exercise_of(function: object) -> Exercise:
    name = getattr(function, "__name__", None)
    if not callable(function) or not isinstance(name, str):
        given = f"{name!r}" if isinstance(name, str) else f"something of type {type(function).__name__}"
        raise ExerciseError(f"check takes functions, as in check(relu), not {given}: leave the parentheses away")
    return exercise(name)


def _evaluate(found: Exercise, functions: Mapping[str, Callable[..., Any]], seconds: float) -> Result:
    paper = found.paper()
    answers: list[Answer] | None = None
    timed = True
    try:
        with _timer(seconds) as timed:
            answers = found.ask(paper, functions)
    except TimeUp:  # it rang after the last answer
        answers = answers or out_of_time(len(paper.cases))
    result = found.judge(paper, answers)
    with suppress(TimeUp), _timer(seconds):
        result = found.with_what_is_first(result, functions, PUBLIC_SEED)
    if found.reference is functions[found.name]:
        result = result.with_notes(ENGINE_S_OWN.format(found.name))
    elif result.passed:
        with suppress(TimeUp), _timer(seconds):
            result = result.with_notes(*filter(None, [found.pace(functions)]))
    return result if timed else result.with_notes(_NO_TIMER)


def _remark(results: tuple[Result, ...]) -> str:
    if all(result.passed for result in results):
        return "The public checks passed; the private ones run at grading, with other numbers and sizes."
    return "These are the public checks; private ones, with other numbers and sizes, run at grading."


@contextmanager
def _timer(seconds: float) -> Iterator[bool]:
    """Raise `TimeUp` in the code below after `seconds`, again and again until it ends; yields whether that is possible.

    A function that catches everything in a loop swallows the exception. From the fifth on they come at irregular,
    very short intervals: sooner or later one arrives between the `except` and the next `try`, and gets through.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield False
        return
    swallowed, done = 0, False

    def ring(number: int, frame: FrameType | None) -> None:
        nonlocal swallowed
        if done:
            return
        swallowed += 1
        signal.setitimer(signal.ITIMER_REAL, 0.05 if swallowed < _PATIENCE else random.uniform(2e-6, 5e-4))
        raise TimeUp

    before = signal.signal(signal.SIGALRM, ring)
    # An event loop of the notebook's that listens for signals would be flooded by a bell that rings on and on.
    listener = signal.set_wakeup_fd(-1)
    delay, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield True
    finally:
        done = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        signal.set_wakeup_fd(listener)
        if delay:
            signal.setitimer(signal.ITIMER_REAL, delay, interval)
