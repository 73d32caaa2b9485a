"""How a result is shown: plain text for a terminal, HTML for a notebook or a page.

The HTML uses no colour but the reader's own (`currentColor`), so it reads in light and dark; whether a check passed
is said in words. Everything that may come from a student is escaped.
"""

import textwrap
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coursekit.exercises.result import CheckResult, Result

_WIDTH = 100
_LATER = "counted once the values are right:"


def points(number: float) -> str:
    """`1 point`, `3 points`."""
    return f"{number:g} point{'' if number == 1 else 's'}"


def state(check: "CheckResult") -> str:
    """The one word for a check."""
    return "passed" if check.passed else "not counted yet" if check.pending else "failed"


def headline(result: "Result") -> str:
    """The first line."""
    outcome = "all checks passed" if result.passed else f"{result.score} of {points(result.max_score)}"
    return f"{result.exercise}: {outcome}" + (f" ({points(result.max_score)})" if result.passed else "")


def details(result: "Result") -> list[tuple["CheckResult", list[tuple[str, str]]]]:
    """The checks that counted, each with the labelled lines below it.

    A failure that was told already is not told again, and where the wrong answer is known its question stands above:
    the hints of the single checks would only distract from it.
    """
    told: set[tuple[str, str]] = set()
    asked: set[str] = set()
    out: list[tuple[CheckResult, list[tuple[str, str]]]] = []
    for check in result.checks:
        if check.pending:
            continue
        if check.passed:
            out.append((check, []))
            continue
        rows: list[tuple[str, str]] = [("at", check.at), ("expected", check.expected), ("got", check.got)]
        if check.follows:
            rows = [("hint", check.hint)]
        elif check.got.startswith("it ") and (check.at, check.got) in told:
            rows = [("got", "the same as above")]
        elif not result.diagnosis and check.hint not in asked:
            rows.append(("hint", check.hint))
            asked.add(check.hint)
        told.add((check.at, check.got))
        out.append((check, [(label, value) for label, value in rows if value]))
    return out


def waiting(result: "Result") -> str:
    """One sentence on the checks that do not count yet, empty where there are none."""
    pending = [check for check in result.checks if check.pending]
    if not pending:
        return ""
    return f"{', '.join(check.name for check in pending)} ({points(sum(check.points for check in pending))})"


def text(result: "Result") -> str:
    """For a terminal."""
    lines = [headline(result)]
    if not result.passed:
        lines += _wrapped("rule", result.rule, indent=2)
        if result.diagnosis:
            lines += ["", *_wrapped("think", result.diagnosis, indent=2)]
        lines.append("")
    for check, rows in details(result):
        mark = "ok  " if check.passed else "FAIL"
        lines.append(f"  {mark} {check.name} ({check.earned} of {check.points}): {state(check)}")
        for label, value in rows:
            lines += _wrapped(label, value, indent=7)
    if waiting(result):
        lines += _wrapped("later", f"{_LATER} {waiting(result)}", indent=2)
    for note in result.notes:
        lines += _wrapped("note", note, indent=2)
    return "\n".join(lines)


def _wrapped(label: str, value: str, *, indent: int) -> list[str]:
    head = " " * indent + f"{label}:".ljust(10)
    hang = " " * (indent + 10)
    out: list[str] = []
    for line in value.splitlines() or [""]:
        start = hang if out else head
        if len(start) + len(line) <= _WIDTH and line.isprintable():  # a class's pages are made faster by half
            out.append(start + line)
            continue
        out += textwrap.wrap(line, _WIDTH, initial_indent=start, subsequent_indent=hang, break_long_words=False) or [
            start
        ]
    return [line.rstrip() for line in out]


def html(result: "Result", level: int = 4) -> str:
    """For a notebook or a page; `level` is that of the heading."""
    parts = [
        f'<section class="coursekit-result" aria-label="{escape(headline(result))}" '
        'style="border:1px solid currentColor;border-radius:.4em;padding:.6em .9em;margin:.4em 0;max-width:56em">',
        f'<h{level} style="margin:.1em 0 .4em">{escape(headline(result))}</h{level}>',
    ]
    if not result.passed:
        parts.append(f"<p><strong>Rule:</strong> <code>{escape(result.rule)}</code></p>")
        if result.diagnosis:
            parts.append(f"<p><strong>Think:</strong> {inline(result.diagnosis)}</p>")
    parts.append('<ul style="list-style:none;padding-left:0;margin:.3em 0">')
    for check, rows in details(result):
        sign = "\u2713" if check.passed else "\u2717"
        parts.append(
            f'<li style="margin:.25em 0"><span aria-hidden="true">{sign}</span> <strong>{escape(check.name)}</strong>: '
            f"{state(check)} ({check.earned} of {check.points})"
        )
        if rows:
            parts.append(
                '<dl style="display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.15em .8em;'
                'margin:.2em 0 .5em 1.4em">'
            )
            for label, value in rows:
                shown = inline(value) if label == "hint" else _code(value)
                parts.append(f"<dt>{label}</dt><dd style='margin:0'>{shown}</dd>")
            parts.append("</dl>")
        parts.append("</li>")
    parts.append("</ul>")
    if waiting(result):
        parts.append(f"<p><strong>Later:</strong> {escape(f'{_LATER} {waiting(result)}')}</p>")
    parts += [f"<p><strong>Note:</strong> {escape(note)}</p>" for note in result.notes]
    parts.append("</section>")
    return "".join(parts)


def _code(value: str) -> str:
    return f'<code style="white-space:pre-wrap;color:inherit;background:none">{escape(value)}</code>'


def inline(value: str) -> str:
    """Text with `code` between backticks, as HTML."""
    pieces = value.split("`")
    return "".join(_code(piece) if i % 2 else escape(piece) for i, piece in enumerate(pieces))
