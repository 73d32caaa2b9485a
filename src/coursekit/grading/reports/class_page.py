"""The class report as one page: every section is a function of what was counted."""

from collections.abc import Iterable
from datetime import datetime

import numpy as np

from coursekit.exercises import UnknownNameError, assignment
from coursekit.exercises.render import inline
from coursekit.exercises.spec import Assignment
from coursekit.grading.record import State
from coursekit.grading.reports import charts, look
from coursekit.grading.reports.charts import Histogram, share_bar
from coursekit.grading.reports.look import text
from coursekit.grading.reports.similarity_section import STYLE as SIMILARITY
from coursekit.grading.reports.tally import Names, Tally, discrimination, interval
from coursekit.grading.reports.words import counted, number, one_line

_STYLE = """\
body { max-width: 54rem; }
nav { margin: .8rem 0 0; } nav a { margin-right: 1rem; white-space: nowrap; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .5rem 0 .8rem; }
th { text-align: left; font-weight: 600; font-size: .86rem; color: var(--muted); vertical-align: bottom; }
th, td { padding: .35rem .7rem .35rem 0; border-bottom: 1px solid var(--grid); vertical-align: top; }
td.n, th.n { text-align: right; overflow-wrap: normal; } td.n { white-space: nowrap; }
td.wide { width: 66%; } td.wide ul { margin: .2rem 0; padding-left: 1.1rem; font-size: .9rem; }
td.name { overflow-wrap: anywhere; min-width: 7rem; }
.share { display: block; width: 5.5rem; max-width: 100%; height: .45rem; margin-top: .3rem; border-radius: .2rem;
  margin-left: auto; background: var(--grid); }
.share i { display: block; height: 100%; border-radius: .2rem; background: var(--mark); }
details { margin: .3rem 0; border-bottom: 1px solid var(--grid); padding-bottom: .3rem; }
summary { cursor: pointer; padding: .45rem 0; min-height: 44px; }
summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
blockquote { margin: .2rem 0 .6rem; padding-left: .8rem; border-left: 3px solid var(--grid); }
.names { font-size: .9rem; }
@media (max-width: 34rem) { th, td { padding-right: .45rem; } .share { width: 3.2rem; } }
"""


_SECTIONS = {
    "scores": "Scores",
    "exercises": "Exercises",
    "misconceptions": "Misconceptions",
    "states": "How they ended",
    "odd": "Slow and odd",
    "similar": "Similar",
    "engine": "Engine's text",
}


def class_page(id: str, tally: Tally, ungraded: list[str], similarity: str, made: datetime) -> str:
    """The whole document; `similarity` is the HTML of its sections, `ungraded` who handed in and has no result."""
    try:
        course: Assignment | None = assignment(id)
    except UnknownNameError:
        course = None
    title = f"{course.title if course else id}: the class"
    sections = [_scores(tally), _exercises(tally), _checks(tally), _misconceptions(tally, course)]
    sections += [_states(tally, ungraded), _odd(tally), similarity]
    main = "\n".join(section for section in sections if section)
    links = "".join(f'<a href="#{id}">{text(said)}</a>' for id, said in _SECTIONS.items() if f'id="{id}"' in main)
    top = f'{_summary(tally, made)}<nav class="small" aria-label="Sections">{links}</nav>'
    body = f"<header><h1>{text(title)}</h1>{top}</header>\n<main>\n{main}\n</main>"
    return look.page(title, body, _STYLE + charts.STYLE + SIMILARITY)


def _summary(tally: Tally, made: datetime) -> str:
    versions = ", ".join(sorted(version for version in tally.versions if version))
    return (
        f'<p class="quiet">{text(counted(tally.count, "submission"))}, {made:%Y-%m-%d %H:%M}'
        f"{text(f', graded with coursekit {versions}' if versions else '')}</p>"
    )


def _scores(tally: Tally) -> str:
    totals = tally.points().sum(axis=1)
    if len(totals) == 0:
        return _section("scores", "No submission could be graded", "<p>There are no scores to show.</p>")
    top = tally.max_score
    half, full = float(np.median(totals)), int((totals >= top - 1e-6).sum())
    bins = int(top) + 1 if top == int(top) and top <= 24 else 20
    low, high = (-0.5, top + 0.5) if bins == int(top) + 1 else (0.0, top)
    counts, _ = np.histogram(totals, bins=bins, range=(low, high))
    chart = Histogram(
        counts=counts.tolist(),
        low=max(low, 0.0),
        high=top,
        label=f"points, of {number(top)}",
        told=f"Scores of {len(totals)} submissions: median {number(half)}, from {number(totals.min())} to "
        f"{number(totals.max())}, of {number(top)}.",
    )
    out = tally.count - len(totals)
    left = f" Left out: {counted(out, 'submission')} of which nothing could be asked." if out else ""
    all_points = counted(full, "submission has", "submissions have") if full else "nobody has"
    return _section(
        "scores",
        f"Half of the class has {number(half)} of {number(top)} points or more",
        f"{chart.svg()}<p>Mean {number(totals.mean())}, standard deviation {number(totals.std())}; "
        f"{all_points} all points.{left} Written answers are not in these numbers.</p>",
    )


def _exercises(tally: Tally) -> str:
    points = tally.points()
    n = len(points)
    if n == 0:
        return ""
    scale = np.array([one.max_score for one in tally.exercises.values()])
    means, full = (points / scale).mean(axis=0), (points >= scale - 1e-6).mean(axis=0)
    told = discrimination(points)
    rows = []
    for i, name in enumerate(tally.exercises):
        r = "–"
        if not np.isnan(told[i]):
            low, high = interval(float(told[i]), n)
            r = f'{told[i]:.2f}<br><span class="quiet small">{low:.2f} to {high:.2f}</span>'
        parted = text(name).replace("_", "_<wbr>")
        rows.append(
            f'<tr><td class="name"><code>{parted}</code></td><td class="n">{means[i]:.0%}{share_bar(means[i])}</td>'
            f'<td class="n">{full[i]:.0%}</td><td class="n">{r.replace("-", "−")}</td></tr>'
        )
    names = list(tally.exercises)
    hardest = names[int(full.argmin())]
    title = (
        "Everybody has full points in every exercise"
        if full.min() >= 1
        else f"The hardest is {hardest}: {full.min():.0%} have its full points"
    )
    few = " With fewer than 50 submissions the intervals are wide: read the order, not the digits." if n < 50 else ""
    note = (
        '<p class="small quiet">Difficulty is the share with full points: the smaller, the harder. Discrimination is '
        "the item-rest correlation r = cov(x, T − x) / (sd(x) · sd(T − x)), with x the points of this exercise and T "
        "the sum of all, over the submissions that could be asked; below it its 95 % interval (Fisher's z). Near 0: "
        "who does well elsewhere does no better here. It is pulled towards 0 where nearly all or nearly none have full "
        f"points, and says nothing (–) where all have the same.{few}</p>"
    )
    return _section(
        "exercises",
        title,
        '<div class="scroll"><table><thead><tr><th>Exercise</th><th class="n">Mean share</th>'
        f'<th class="n">Full points</th><th class="n">Discrimi­nation r</th></tr></thead><tbody>{"".join(rows)}</tbody>'
        f"</table></div>{note}",
    )


def _checks(tally: Tally) -> str:
    if tally.asked == 0:
        return ""
    parts = []
    for name, exercise in tally.exercises.items():
        if not exercise.failed:
            continue
        rows = "".join(
            f'<tr><td class="name">{text(check)}</td><td class="n">{count:,}</td>'
            f'<td class="n">{count / tally.asked:.0%}{share_bar(count / tally.asked)}</td></tr>'
            for check, count in exercise.failed.most_common()
        )
        worst, count = exercise.failed.most_common(1)[0]
        parts.append(
            f"<details><summary><code>{text(name)}</code>: {count / tally.asked:.0%} fail “{text(worst)}”</summary>"
            '<table><thead><tr><th>Check</th><th class="n">Failed by</th><th class="n">Share</th></tr></thead>'
            f"<tbody>{rows}</tbody></table></details>"
        )
    return f'<section id="checks"><h3>Which checks fail</h3>{"".join(parts) or "<p>None.</p>"}</section>'


def _misconceptions(tally: Tally, course: Assignment | None) -> str:
    found = [
        (count, name, wrong)
        for name, exercise in tally.exercises.items()
        for wrong, count in exercise.misconceptions.items()
    ]
    found.sort(key=lambda one: (-one[0], one[1:]))
    if not found:
        return _section("misconceptions", "No known misconception was met", "")
    count, name, _ = found[0]
    parts = []
    for many, where, wrong in found[:15]:
        question = _question(course, where, wrong)
        parts.append(
            f"<li><p><strong>{counted(many, 'submission')}</strong> ({many / tally.asked:.0%}), "
            f"<code>{text(where)}</code>: {text(wrong.replace('_', ' '))}</p>"
            f"{f'<blockquote>{inline(question)}</blockquote>' if question else ''}</li>"
        )
    more = f"<p>{counted(len(found) - 15, 'rarer one')} not shown.</p>" if len(found) > 15 else ""
    return _section(
        "misconceptions",
        f"The most common misconception is in {name}, {count / tally.asked:.0%} of the class",
        f"<p>Wrong answers that are recognised, and the question that their authors were asked.</p>"
        f'<ol class="plain">{"".join(parts)}</ol>{more}',
    )


def _question(course: Assignment | None, name: str, wrong: str) -> str:
    if course is None or name not in course.exercises:
        return ""
    return next((one.hint for one in course.exercises[name].misconceptions if one.id == wrong), "")


def _states(tally: Tally, ungraded: list[str]) -> str:
    # An exercise that was left as it was ends as a student error: that is no trouble, and most classes have many.
    trouble = tally.count - tally.states[State.GRADED] - tally.states[State.STUDENT_ERROR]
    rows = "".join(
        f'<tr><td>{text(state)}</td><td class="n">{tally.states[state]:,}</td>'
        f'<td class="n">{tally.states[state] / tally.count:.1%}{share_bar(tally.states[state] / tally.count)}</td></tr>'
        for state in State
        if tally.states[state]
    )
    rest = ""
    if ungraded:
        rest = f"<p>Handed in, and without a result of this grader: {_names(ungraded[:40], len(ungraded))}</p>"
    return _section(
        "states",
        f"{trouble:,} of {counted(tally.count, 'submission')} ran into trouble"
        if trouble
        else "No submission ran into trouble",
        '<table><thead><tr><th>The worst of a submission\'s exercises</th><th class="n">Submissions</th>'
        f'<th class="n">Share</th></tr></thead><tbody>{rows}</tbody></table>{rest}',
    )


_ADVICE = {
    State.INFRASTRUCTURE: ". These points are not settled: grade them again.",
    State.WRONG_ASSIGNMENT: ". Nothing could be asked: no points.",
    State.UNREADABLE: ". Nothing could be asked: no points.",
}


def _odd(tally: Tally) -> str:
    parts = []
    rows = [
        (str(state), tally.odd[state].count, _listed(tally.odd[state]) + _ADVICE.get(state, ""))
        for state in reversed(State)
        if state in tally.odd and state is not State.STUDENT_ERROR
    ]
    if tally.repaired.count:
        kinds = "".join(
            f"<li>{text(one_line(kind, 200))} ({count:,})</li>" for kind, count in tally.repairs.most_common(8)
        )
        rows.append(("put back before grading", tally.repaired.count, f"{_listed(tally.repaired)}<ul>{kinds}</ul>"))
    if rows:
        lines = "".join(
            f'<tr><td>{text(kind)}</td><td class="n">{count:,}</td><td class="wide">{who}</td></tr>'
            for kind, count, who in rows
        )
        parts.append(f"<table><tbody>{lines}</tbody></table>")
    if slow := tally.slowest():
        slowest = "".join(
            f'<tr><td class="name">{text(one_line(student, 80))}</td><td class="n">{seconds:.2f} s</td></tr>'
            for student, seconds in slow
        )
        parts.append(
            f"<h3>The slowest</h3><p>On average a submission took {tally.seconds:.2f} s.</p>"
            f"<table><tbody>{slowest}</tbody></table>"
        )
    return _section("odd", "Slow and odd submissions", "".join(parts))


def _listed(names: Names) -> str:
    return _names(names.shown, names.count)


def _names(shown: Iterable[str], count: int) -> str:
    listed = list(shown)
    more = f" and {count - len(listed):,} more" if count > len(listed) else ""
    return f'<span class="names">{", ".join(text(one_line(name, 80)) for name in listed)}{more}</span>'


def _section(id: str, title: str, body: str) -> str:
    return f'<section id="{id}"><h2>{text(title)}</h2>{body}</section>'
