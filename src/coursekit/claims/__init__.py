"""Claims of the lecture notes, each with the experiment that tests it and the verdict that the run has to bear out."""

from coursekit.claims.record import Claim, Measured, Verdict, measure

__all__ = ["Claim", "Measured", "Verdict", "measure"]
