"""nbgrader's gradebook: the one writer to it, the roster that it is joined to, and what leaves it for other systems."""
