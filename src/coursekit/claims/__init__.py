"""Claims of the lecture notes, each with the experiment that tests it and the verdict that the run has to bear out.

A chapter's claims stand in the module of its name, in `CLAIMS`.
"""

from importlib import import_module
from pkgutil import iter_modules

from coursekit.claims.record import Claim, Measured, Verdict, measure

__all__ = ["Claim", "Measured", "Verdict", "all_claims", "chapters", "claims_of", "measure"]

#: Modules of this package that hold no claims; every other one is a chapter.
_MACHINERY = {"digits_task", "record", "summaries"}


def chapters() -> list[str]:
    """The chapters that have claims."""
    return sorted(module.name for module in iter_modules(__path__) if module.name not in _MACHINERY)


def claims_of(chapter: str) -> tuple[Claim, ...]:
    """The claims of one chapter, in the order of the text; raises `KeyError` that says which chapters there are."""
    if chapter not in chapters():
        raise KeyError(f"there are no claims of a chapter {chapter!r}: there are those of {', '.join(chapters())}")
    claims: tuple[Claim, ...] = import_module(f"coursekit.claims.{chapter}").CLAIMS
    return claims


def all_claims() -> tuple[Claim, ...]:
    """The whole ledger, chapter by chapter."""
    return tuple(claim for chapter in chapters() for claim in claims_of(chapter))
