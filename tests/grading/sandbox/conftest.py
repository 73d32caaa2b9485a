"""Warm processes that many tests share: each run in them is a fresh one."""

from collections.abc import Callable, Iterator

import pytest

from coursekit.grading.limits import Limits
from coursekit.grading.sandbox import Sandbox
from coursekit.grading.sandbox.probing import probe

#: Short, so that what hangs is soon over, and long enough for a busy machine.
LIMITS = Limits(cell=2.0, notebook=60.0, function=2.0, memory=1024, output=100_000, file=4)
KINDS = ("bwrap", "none")

Boxes = Callable[[str, str], Sandbox]


def need(kind: str) -> None:
    """Skip loudly where bubblewrap cannot work."""
    if kind == "bwrap" and (why := probe()[1]):
        pytest.skip(f"NOT TESTED: the sandbox, since {why}")


@pytest.fixture(scope="session")
def boxes() -> Iterator[Boxes]:
    """`boxes(purpose, kind)` is a sandbox for the assignment activations."""
    made: dict[tuple[str, str], Sandbox] = {}

    def box(purpose: str, kind: str) -> Sandbox:
        need(kind)
        if (purpose, kind) not in made:
            made[purpose, kind] = Sandbox(purpose, "activations", LIMITS, kind)
        return made[purpose, kind]

    yield box
    for sandbox in made.values():
        sandbox.close()


@pytest.fixture(params=KINDS)
def judge(request: pytest.FixtureRequest, boxes: Boxes) -> Sandbox:
    """A sandbox to judge in, of either kind."""
    return boxes("judge", request.param)


@pytest.fixture(params=KINDS)
def display(request: pytest.FixtureRequest, boxes: Boxes) -> Sandbox:
    """A sandbox to display in, of either kind."""
    return boxes("display", request.param)


@pytest.fixture
def closed(boxes: Boxes) -> Sandbox:
    """A sandbox to judge in that keeps things out: bubblewrap."""
    return boxes("judge", "bwrap")


@pytest.fixture
def shown(boxes: Boxes) -> Sandbox:
    """The same to display in."""
    return boxes("display", "bwrap")
