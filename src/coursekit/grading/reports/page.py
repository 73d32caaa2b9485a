"""The feedback page of one submission, in the words of `check`, as HTML and as Markdown."""

import re
from datetime import datetime
from pathlib import Path

from coursekit.exercises import UnknownNameError, assignment, render
from coursekit.exercises.render import points
from coursekit.exercises.result import Result
from coursekit.grading.errors import CourseError
from coursekit.grading.files import replace_file
from coursekit.grading.record import ExerciseRecord, Record, State
from coursekit.grading.reports import look
from coursekit.grading.reports.words import TOLD, fenced, number, one_line, plain
from coursekit.grading.reports.words import markdown as escaped

FOLDER = "feedback"
_NOTHING_GRADED = (State.UNREADABLE, State.WRONG_ASSIGNMENT, State.INFRASTRUCTURE)
_ON_TOP = "Points for written answers are given by a person and come on top."
_STYLE = """\
.total { margin: 1.1rem 0 1.4rem; padding: .9rem 1.1rem; border-radius: .5rem; background: var(--shade); }
.total strong { font-size: 1.5rem; font-weight: 600; }
.total p { margin: .2rem 0 0; }
.bar { display: block; width: 100%; height: .5rem; margin-top: .6rem; border-radius: .25rem; background: var(--grid); }
.bar i { display: block; height: 100%; border-radius: .25rem; background: var(--mark); }
@media print { .bar i { border: .25rem solid var(--mark); } }
.told { margin: .5rem 0 .2rem; padding: .5rem .9rem; border-left: 3px solid var(--other); background: var(--shade); }
ul.list { margin: .2rem 0 .8rem; padding-left: 1.2rem; }
details { margin: .4rem 0; } summary { padding: .6rem 1rem; border: 1px solid var(--grid); border-radius: .4em;
  cursor: pointer; }
summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.coursekit-result { max-width: none !important; border-color: var(--grid) !important; padding: .8rem 1rem !important; }
.coursekit-result h3 { font-size: 1.05rem; }
.coursekit-result dt { color: var(--muted); }
@media (max-width: 32rem) { .coursekit-result dl { display: block !important; margin-left: .6rem !important; }
  .coursekit-result dd { margin-bottom: .3rem !important; } }
.coursekit-result code { overflow-wrap: anywhere; }
"""


def write(root: Path, student: str, record: Record, submitted: datetime | None = None) -> Path:
    """Put both pages into `feedback/<student>/<id>/` of the course in `root`; returns the HTML file's path.

    Each file is replaced in one step, so that a reader never finds half of one. Raises `CourseError` for a `student`
    that is no name of a folder.
    """
    if student in ("", ".", "..") or re.search(r"[/\\\x00-\x1f]", student):
        raise CourseError(f"{student!r} cannot be the name of a student's folder: rename the submission")
    folder = root / FOLDER / student / record.assignment
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{record.assignment}.html"
    results = _results(record)
    replace_file(path, _html(record, results, student, submitted))
    replace_file(path.with_suffix(".md"), _markdown(record, results, student, submitted))
    return path


def html(record: Record, student: str = "", submitted: datetime | None = None) -> str:
    """The page as a document of its own; everything that may come from a student is escaped."""
    return _html(record, _results(record), student, submitted)


def markdown(record: Record, student: str = "", submitted: datetime | None = None) -> str:
    """The same as Markdown: results as code blocks, in which nothing is active."""
    return _markdown(record, _results(record), student, submitted)


def _results(record: Record) -> list[Result | None]:
    return [Result.from_dict(one.result) if one.result else None for one in record.exercises]


def _html(record: Record, results: list[Result | None], student: str, submitted: datetime | None) -> str:
    text, share = look.text, record.score / record.max_score if record.max_score else 0.0
    parts = [f"<h1>{text(_title(record))}</h1>", f'<p class="quiet">{text(_who(student, submitted))}</p>']
    parts.append(
        f'<div class="total"><strong>{text(_total(record))}</strong>'
        f'<span class="bar" aria-hidden="true"><i style="width:{100 * min(max(share, 0.0), 1.0):.1f}%"></i></span>'
        f'<p class="small">{text(_on_the_whole(record))}</p></div>'
    )
    for heading, lines in _lists(record):
        items = "".join(f"<li>{text(one_line(line))}</li>" for line in lines)
        parts.append(f'<h2>{heading}</h2><ul class="list">{items}</ul>')
    pairs = _by_exercise(record, results)
    if pairs:
        parts.append("<h2>Exercise by exercise</h2>")
    parts += [_told_html(record, exercise) + _result_html(exercise, result) for exercise, result in pairs]
    parts.append(f'<p class="quiet small">{text(_made_by(record))}</p>')
    return look.page(_title(record), "\n".join(part for part in parts if part), _STYLE)


def _told_html(record: Record, exercise: ExerciseRecord) -> str:
    told = _told(record, exercise)
    return f'<p class="told"><strong>{look.text(exercise.state)}:</strong> {look.text(told)}</p>' if told else ""


def _result_html(exercise: ExerciseRecord, result: Result | None) -> str:
    if result is None:
        return f'<section class="coursekit-result"><h3>{look.text(_headline(exercise))}</h3></section>'
    shown = plain(render.html(result, level=3))
    if not result.passed or result.notes:
        return shown
    return f"<details><summary>{look.text(render.headline(result))}</summary>{shown}</details>"


def _markdown(record: Record, results: list[Result | None], student: str, submitted: datetime | None) -> str:
    parts = [f"# {escaped(_title(record))}", escaped(_who(student, submitted))]
    parts.append(f"**{_total(record)}**")
    parts.append(escaped(_on_the_whole(record)))
    for heading, lines in _lists(record):
        parts += [f"## {heading}", "\n".join(f"- {escaped(line)}" for line in lines)]
    pairs = _by_exercise(record, results)
    if pairs:
        parts.append("## Exercise by exercise")
    for exercise, result in pairs:
        parts.append(f"### {escaped(_headline(exercise))}")
        if told := _told(record, exercise):
            parts.append(f"**{escaped(exercise.state)}:** {escaped(told)}")
        if result is not None:
            parts.append(fenced(result))
    parts.append(escaped(_made_by(record)))
    return "\n\n".join(part for part in parts if part) + "\n"


def _title(record: Record) -> str:
    try:
        return assignment(record.assignment).title
    except UnknownNameError:
        return record.assignment


def _headline(exercise: ExerciseRecord) -> str:
    return f"{exercise.name}: {number(exercise.score)} of {points(exercise.max_score)}"


def _total(record: Record) -> str:
    if record.state is State.INFRASTRUCTURE:
        return "Not graded yet"
    return f"{number(record.score)} of {points(record.max_score)}"


def _by_exercise(record: Record, results: list[Result | None]) -> list[tuple[ExerciseRecord, Result | None]]:
    # Where the grading itself failed a 0 at each exercise would look like a verdict.
    failed = record.state is State.INFRASTRUCTURE and not any(results)
    return [] if failed else list(zip(record.exercises, results, strict=True))


def _who(student: str, submitted: datetime | None) -> str:
    zone = f" {submitted.tzname()}" if submitted and submitted.tzinfo else ""
    when = f"handed in {submitted:%Y-%m-%d %H:%M}{zone}" if submitted else ""
    return ", ".join(part for part in (one_line(student, 120), when) if part)


def _on_the_whole(record: Record) -> str:
    """One sentence on the whole submission."""
    done = sum(exercise.score >= exercise.max_score for exercise in record.exercises)
    if record.state in _NOTHING_GRADED:
        return TOLD[record.state]
    full = f"All {len(record.exercises)} exercises pass." if done == len(record.exercises) else ""
    return f"{full or f'{done} of {len(record.exercises)} exercises pass in full.'} {_ON_TOP}"


def _told(record: Record, exercise: ExerciseRecord) -> str:
    """What neither the result's own words nor those on the whole say of how the exercise ended."""
    if record.state in _NOTHING_GRADED:
        return ""
    if exercise.state is State.STUDENT_ERROR and exercise.result:
        return ""  # the checks name the error, and the cell that it came from
    return TOLD[exercise.state]


def _lists(record: Record) -> list[tuple[str, tuple[str, ...]]]:
    both = (("What was put back before grading", record.repairs), ("Please note", record.remarks))
    return [(heading, lines) for heading, lines in both if lines]


def _made_by(record: Record) -> str:
    private = (
        "The cases that decide the score are not shown. Where the notebook's own check fails too, its case stands here."
    )
    version = f" Graded with coursekit {record.version}." if record.version else ""
    return f"{private}{version}"
