"""The claims of the lecture notes on initial weights."""

from coursekit.claims.initialization.draws import CLAIMS as _DRAWS
from coursekit.claims.initialization.scale import CLAIMS as _SCALE
from coursekit.claims.initialization.schemes import CLAIMS as _SCHEMES
from coursekit.claims.initialization.symmetry import CLAIMS as _SYMMETRY
from coursekit.claims.record import Claim

__all__ = ["CLAIMS"]

#: In the order of the text.
CLAIMS: tuple[Claim, ...] = (*_SYMMETRY, *_SCALE, *_SCHEMES, *_DRAWS)
