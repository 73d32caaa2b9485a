"""How numbers are said in sentences: in the words around a figure, in a claim, in the text of the book."""

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def plain(number: float, digits: int = 3) -> str:
    """A number for a sentence: `digits` decimals, or a power of ten where those would show nothing; a true minus."""
    size = abs(number)
    if size == 0:
        return "0"
    if size < 0.5 * 10.0**-digits or size >= 1e4:
        mantissa, exponent = f"{number:.1e}".split("e")
        return f"{mantissa} × 10{str(int(exponent)).translate(_RAISED)}".replace("-", "−")
    if size >= 10:
        digits = min(digits, 1 if size < 1000 else 0)
    return f"{number:.{digits}f}".replace("-", "−")
