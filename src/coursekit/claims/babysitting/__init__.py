"""The claims of the lecture notes on looking after a run, and on the search for its settings."""

from coursekit.claims.babysitting.checklist import CLAIMS as _CHECKLIST
from coursekit.claims.babysitting.curves import CLAIMS as _CURVES
from coursekit.claims.babysitting.ranges import CLAIMS as _RANGES
from coursekit.claims.babysitting.searching import CLAIMS as _SEARCHING
from coursekit.claims.record import Claim

__all__ = ["CLAIMS"]

#: In the order of the text.
CLAIMS: tuple[Claim, ...] = (*_CHECKLIST, *_CURVES, *_RANGES, *_SEARCHING)
