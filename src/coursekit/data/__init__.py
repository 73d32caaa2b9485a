"""Data: toy sets drawn from a generator, and small real sets that lie in the package."""

from coursekit.data.bundled import digits
from coursekit.data.toy import blobs, circles, moons, spiral, xor

__all__ = ["blobs", "circles", "digits", "moons", "spiral", "xor"]
