"""A submission on its way through the workers, whichever kind they are."""

from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from coursekit.grading.batch.bench import Graded, Work

T = TypeVar("T")


@dataclass
class Job(Generic[T]):
    """`name` comes back with the outcome. `failures` say why each attempt so far came to nothing."""

    name: T
    content: bytes
    work: Work
    failures: list[str] = field(default_factory=list)

    def done(self, graded: Graded) -> Graded:
        """What came of it at last, with the attempts that came to nothing."""
        return replace(graded, failures=(*self.failures, *graded.failures))

    def given_up(self) -> Graded:
        """What came of it where it is not tried again."""
        return Graded(None, tuple(self.failures))
