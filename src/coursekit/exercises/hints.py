"""Hints that follow from how a call failed, whatever the exercise."""

import re

_SHAPES = (
    "Which shapes meet in that line? Write them side by side: `*` and `+` work entry by entry, and `@` needs "
    "the two inner sizes to be equal."
)
_ONE_SHAPE = (
    "More arguments came than that function takes. A shape is ONE argument, as in `np.zeros((2, 3))`: do its numbers "
    "stand in parentheses of their own?"
)

# A piece of what came, and the question that it calls for; the first that fits is taken.
_BY_WHAT_CAME = (
    (
        "it could not be called",
        "Is that function written, and does it pass its own check? Mend it first: this one works on what it returns.",
    ),
    (
        "truth value of an array",
        "`if`, `and` and Python's `max` want one True or False and get a whole array. Which NumPy function compares or "
        "chooses entry by entry: `np.where`, `np.maximum`?",
    ),
    (
        "can be converted to Python scalars",
        "`float(...)` and the functions of `math` take one number at a time. Which function of NumPy does the "
        "same to a whole array?",
    ),
    (
        "scalar arrays can be converted to a scalar index",
        "An array stands where NumPy wants an axis or an index: `np.max(a, b)` takes b as an axis. Which "
        "function takes the larger of two arrays entry by entry?",
    ),
    ("could not be broadcast", _SHAPES),
    ("not aligned", _SHAPES),
    ("matmul: ", _SHAPES),
    ("make it an array", "A list is no array. What does `np.array(your_list, dtype=x.dtype)` give?"),
    ("it returned None", "Does your function end in a `return` line, on every path through it?"),
    ("as a data type", _ONE_SHAPE),
    ("takes at most", _ONE_SHAPE),
    ("NameError", "Is the name spelled as where it is made, and has that cell been run?"),
    ("UnboundLocalError", "On which path through your function does this name never get a value?"),
    (
        "cannot be interpreted as an integer",
        "A float stands where only a whole number can: `/` gives a float even where nothing is left over. Which "
        "division gives a whole number?",
    ),
    (
        "'function'",
        "A function stands in that line as if it were a number or an array. What does it want in its parentheses, and "
        "what does it give back?",
    ),
    ("OverflowError", "Which number on the way is too large for a float? Floats end near 1e308, whole numbers do not."),
    ("ZeroDivisionError", "What is divided by here, and for which input is it 0?"),
    ("IndexError", "How long is the array along the axis that you index? The last index is one less."),
    ("KeyError", "Which keys does this dict have in the call above? Does your code take one for granted?"),
    (
        "Generator' object has no attribute",
        "A generator names its methods otherwise than `np.random`: `rng.standard_normal(shape)` for `randn`, "
        "`rng.random(shape)` for `rand`, `rng.integers` for `randint`. Which do you need?",
    ),
    ("AttributeError", "Does an array have this attribute, or is it a function of NumPy, `np.name(x)`?"),
    ("RecursionError", "Your function calls itself without an end. Did you mean to call another?"),
    ("it did not finish", "Does every loop of yours come to an end?"),
    ("it was interrupted", "The check was stopped by hand. Does every loop of yours come to an end?"),
    ("there is no function", "Has the cell that defines it been run?"),
    ("is not a function", "Was the name given another value after the function was defined?"),
    ("it raised", "Run the call above on its own. What are the shapes of the arrays in the line that fails?"),
)


def for_what_came(got: str, *, name: str, signature: str, returns: str, results: tuple[str, ...] = ()) -> str:
    """A hint for this `got` text, empty where it says nothing beyond a wrong value."""
    if "NotImplementedError" in got:
        return ""  # not begun yet: what the check itself asks leads further
    if "it raised TypeError" in got and f"{name}()" in got and "argument" in got:
        return f"The function is called as `{signature}`. Does your `def` line take exactly these, with these defaults?"
    for piece, hint in _BY_WHAT_CAME:
        if piece in got:
            return hint if re.search(r"\bx\b", signature) else hint.replace(", dtype=x.dtype", "")
    mistaken = next((result for result in results if got.startswith(f"{result} is ")), None)
    if mistaken and got.startswith(f"{mistaken} is a dict whose "):
        return ""  # the order is right, and one entry of the dict is not: what the check itself asks leads further
    if mistaken and got.startswith(f"{mistaken} is an array") and f"{mistaken} (a number)" in returns:
        return (
            f"`{mistaken}` is one number. Is a sum over all entries missing, or do your results come in another order "
            f"than `{', '.join(results)}`?"
        )
    one_number = got.startswith((f"{mistaken} is a single number", f"{mistaken} is the number"))
    if mistaken and one_number and f"{mistaken} (an array" in returns:
        return (
            f"`{mistaken}` is an array. Is there a sum or a mean of yours without an axis, or do your results come in "
            f"another order than `{', '.join(results)}`?"
        )
    if mistaken:
        return f"Does your function return `{', '.join(results)}`, in this order?"
    if got.startswith("shape ("):
        return (
            "The shape is not right, so no number was compared yet. Which line of yours adds an axis or drops one: a "
            "mean or a sum over the wrong axis, or a result that was never turned back?"
        )
    if results and "are asked for: " in got:
        return f"Does your function end with `return {', '.join(results)}`, all of them and in this order?"
    if got.startswith(("it returned the number", "it returned a single number")) and "array" in returns:
        return (
            f"What is asked for is {returns}, and this is one number. Is there a `sum`, or Python's own `max`, that "
            "swallows the array?"
        )
    if got.startswith("it returned"):
        lost = " Where does your code leave that: does it work on the whole array?" if "array" in returns else ""
        return f"What is asked for is {returns}.{lost or ' What does your `return` line hand back?'}"
    return ""
