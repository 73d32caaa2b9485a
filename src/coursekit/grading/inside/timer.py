"""Interrupts a student's code after a time, again and again until it ends."""

import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_PATIENCE = 5


@contextmanager
def timer(
    seconds: float, problem: Callable[[], BaseException], inside: Callable[[FrameType | None], bool] | None = None
) -> Iterator[list[bool]]:
    """Raise `problem()` in the code below after `seconds`; what it yields is not empty once it rang.

    A loop that catches everything swallows the exception. From the fifth on they come at irregular, very short
    intervals: sooner or later one arrives between the `except` and the next `try`, and gets through. `inside` says
    whether the interrupted frame belongs to the student's code; no other is interrupted.
    """
    swallowed, done = 0, False
    rang: list[bool] = []

    def ring(number: int, frame: FrameType | None) -> None:
        nonlocal swallowed
        if done:
            return
        if inside is not None and not inside(frame):
            signal.setitimer(signal.ITIMER_REAL, 0.01)
            return
        swallowed += 1
        rang.append(True)
        signal.setitimer(signal.ITIMER_REAL, 0.05 if swallowed < _PATIENCE else random.uniform(2e-6, 5e-4))
        raise problem()

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield rang
    finally:
        done = True
        signal.setitimer(signal.ITIMER_REAL, 0)
