"""The claims of the lecture notes on ensembles."""

from coursekit.claims.ensembles import gains, kinds

__all__ = ["CLAIMS"]

#: In the order of the text.
CLAIMS = (*gains.CLAIMS, *kinds.CLAIMS)
