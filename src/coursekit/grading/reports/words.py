"""The words of the reports, and what makes a foreign text harmless before it stands among them."""

import re

from coursekit.grading.record import State

# Controls, and the signs that turn the direction of what follows: a name with one rearranges the line it stands in.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_MARKDOWN = re.compile(r"([!#$&()*+\-./:<=>@\[\\\]^_`{|}~])")

#: What became of a submission or an exercise, for the student; empty where the result says it all.
TOLD = {
    State.GRADED: "",
    State.STUDENT_ERROR: "There was no such function to ask, or every call of it stopped with an error.",
    State.OUTPUT_LIMIT: "It was stopped because it printed without end. Is there a print inside a loop?",
    State.TIMEOUT: "It was stopped because its time was up. Is there a loop that does not end, or work that could be "
    "done on the whole array at once?",
    State.MEMORY: "It was stopped because it asked for more memory than there is for a submission. How large is the "
    "largest array that it makes?",
    State.DIED: "The Python that ran it ended in the middle. Does your code call `exit`, or end its own process?",
    State.WRONG_ASSIGNMENT: "This is the notebook of another assignment, so nothing in it could be graded. Hand in "
    "the right one.",
    State.UNREADABLE: "The file could not be read as a notebook, so nothing in it could be graded. Open it in Jupyter, "
    "choose Kernel → Restart and run all, save, and hand it in again.",
    State.INFRASTRUCTURE: "The grading itself failed here, through no fault of yours. These points are not settled: "
    "your instructor has been told, and will grade it again.",
}


def plain(text: object) -> str:
    """`text` without characters that cannot be seen; what was one shows as `\N{REPLACEMENT CHARACTER}`."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", str(text).replace("\r\n", "\n"))


def one_line(text: object, limit: int = 400) -> str:
    """`plain`, on one line, cut at `limit` characters."""
    line = " ".join(plain(text).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}\N{HORIZONTAL ELLIPSIS}"


def markdown(text: object) -> str:
    """A text as Markdown that shows that very text: no link, no address, no picture, no HTML, no table, no list."""
    return _MARKDOWN.sub(r"\\\1", one_line(text))


def fenced(text: object) -> str:
    """A text as a code block that nothing in it can end."""
    shown = plain(text)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", shown)), default=0))
    return f"{fence}text\n{shown}\n{fence}"


def number(value: float) -> str:
    """At most two decimals: `3`, `2.5`, `0.33`."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def counted(count: int, one: str, many: str = "") -> str:
    """`1 submission`, `3 submissions`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
