"""Numbers of a run for the text of a chapter: `glue` puts them there, `ClaimNumbers` has those of its claims.

In a chapter's first cell, which the page does not show::

    from coursekit.jupyter.numbers import ClaimNumbers, glue

    numbers_of = ClaimNumbers("ensembles").medians

and behind a measurement ``glue(error=100 * error)``, which the text takes as ``{glue:text}`error:.1f` ``.
"""

from collections.abc import Mapping

import numpy as np

from coursekit.claims import claims_of, measure
from coursekit.claims.record import Numbers


def glue(**numbers: int | float | str | np.generic) -> None:
    """Put numbers into the text of the page under their names: ints and words as they are, all else as a float.

    Where the chapter runs without MyST-NB there is no text to put them into, and nothing happens.
    """
    try:
        from myst_nb import glue as put
    except ImportError:
        return
    for name, value in numbers.items():
        put(name, value if isinstance(value, int | str) else float(value), display=False)


class ClaimNumbers:
    """The numbers of a chapter's claims, the same as in its records at the end of the page."""

    def __init__(self, chapter: str) -> None:
        self._claims = {claim.id: claim for claim in claims_of(chapter)}

    def runs(self, claim: str) -> Numbers:
        """All numbers of a claim by name, an entry for each seed. Raises `KeyError` for a claim of no such name."""
        return measure(self._claims[claim]).numbers

    def medians(self, claim: str) -> Mapping[str, float]:
        """Their medians over the seeds."""
        return {name: float(np.median(values)) for name, values in self.runs(claim).items()}

    def means(self, claim: str) -> Mapping[str, float]:
        """Their means over the seeds."""
        return {name: float(np.mean(values)) for name, values in self.runs(claim).items()}
