"""Forks that do not run what modules have asked to be run at a fork.

Those handlers (new locks for every logger, new random numbers) touch two hundred pages of memory, each of which has to
be copied then: more than all else that a fork of the warm process costs.
"""

import os
from collections.abc import Callable
from typing import Any

_register = os.register_at_fork
_held: list[dict[str, Callable[[], object]]] = []
_quiet = False


def hold_back() -> None:
    """From now on modules only seem to register their handlers; to be called before they are imported."""

    def hold(**handlers: Any) -> None:
        _held.append(handlers)

    os.register_at_fork = hold


def hand_over() -> None:
    """Forks call the handlers from now on, as a student's code may expect; `fork` does not."""
    os.register_at_fork = _register

    def all_of(when: str) -> Callable[[], None]:
        # As Python does: what was registered last is the first to prepare for a fork.
        handlers = [one[when] for one in (reversed(_held) if when == "before" else _held) if when in one]

        def call() -> None:
            if not _quiet:
                for handler in handlers:
                    handler()

        return call

    _register(
        before=all_of("before"), after_in_parent=all_of("after_in_parent"), after_in_child=all_of("after_in_child")
    )


def fork() -> int:
    """`os.fork` without the handlers, unless a thread may hold what they would free."""
    global _quiet
    import threading  # which has a handler of its own: not before they are held back

    _quiet = threading.active_count() == 1
    try:
        return os.fork()
    finally:
        _quiet = False
