"""The part of the class report on who shares code with whom, and on answers that are the engine's text."""

import numpy as np

from coursekit.grading.reports.charts import Histogram
from coursekit.grading.reports.look import text
from coursekit.grading.reports.similarity.collection import Collection, Matches, Pair, clusters
from coursekit.grading.reports.similarity.engine import EngineMatch, engine_matches
from coursekit.grading.reports.similarity.passages import Passage, passages
from coursekit.grading.reports.words import counted, one_line

STYLE = """\
.both { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); gap: .6rem; }
.both figure { margin: 0; min-width: 0; }
.both figcaption { font-size: .82rem; color: var(--muted); }
pre { margin: .2rem 0; padding: .6rem .8rem; overflow-x: auto; border-radius: .4rem; background: var(--shade);
  line-height: 1.45; overflow-wrap: normal; }
.note { padding: .6rem .9rem; border-left: 3px solid var(--other); background: var(--shade); }
"""
_GROUPS, _PAIRS, _PASSAGES, _LINES = 60, 3, 3, 16
#: Where a larger part of the class has a text, it may well be what one writes.
_NATURAL = 0.2
_WHAT_IT_IS = (
    '<p class="note">This is a reason to look, and no proof. It lists submissions that share passages which few others '
    "have, after names, comments and layout are taken away and without what the released notebook holds. Two students "
    "who learned together, were helped by one person or program, or found one source look the same here, and so may "
    "two who think alike. Short functions have few good forms: what many write, and what the exercises know as an "
    "answer, counts little or not at all. Who changed a copy thoroughly is not on it. Speak with people before you "
    "judge them.</p>"
)


def similarity_section(collection: Collection) -> str:
    """The HTML of the list of similar submissions."""
    if len(collection) < 2:
        return '<section id="similar"><h2>Fewer than two submissions to compare</h2></section>'
    matches = collection.matches()
    out = matches.standing_out
    groups = list(clusters(out))
    involved = sum(map(len, groups))
    title = (
        f"{counted(involved, 'submission')} {'stand' if involved > 1 else 'stands'} out in "
        f"{counted(len(groups), 'group')} by shared rare code"
        if groups
        else "No two submissions stand out by shared rare code"
    )
    parts = [f'<section id="similar"><h2>{text(title)}</h2>', _WHAT_IT_IS, _chart(matches)]
    where = {student: i for i, student in enumerate(collection.students)}
    for group in groups[:_GROUPS]:
        members = set(group)
        parts.append(_group(collection, where, group, [pair for pair in out if pair.first in members]))
    if len(groups) > _GROUPS:
        parts.append(f"<p>{counted(len(groups) - _GROUPS, 'smaller group')} not shown.</p>")
    if not groups and matches.pairs:
        pair = matches.pairs[0]
        parts.append(
            "<p>The nearest two, below the line, as a measure of what is usual here:</p>"
            + _pair(collection, where, pair)
        )
    parts.append("</section>")
    return "".join(parts)


def _chart(matches: Matches) -> str:
    top = max(float(matches.nearest.max(initial=0.0)), matches.cut if np.isfinite(matches.cut) else 0.0) * 1.05 + 0.1
    counts, _ = np.histogram(matches.nearest, bins=30, range=(0, top))
    beyond = int((matches.nearest >= matches.cut).sum())
    chart = Histogram(
        counts=counts.tolist(),
        low=0.0,
        high=top,
        label="strength of the match with the nearest other submission",
        told=f"Strength of each submission's nearest match: the median is {np.median(matches.nearest):.1f}; "
        f"{beyond} of {len(matches.nearest)} lie at {matches.cut:.1f} or above.",
        cut=matches.cut,
        cut_label="stands out",
    )
    return (
        f"{chart.svg()}"
        '<p class="small quiet">One count for each submission. Strength is the root of (weight × share): weight adds '
        "log₂(class / those who have it) over the shared fingerprints, a quarter of that where an exercise knows the "
        "answer; share is the part of the lighter submission's weight. From the line on about one honest pair would be "
        "expected in this class, going by how all its pairs are spread.</p>"
    )


def _group(collection: Collection, where: dict[str, int], group: list[str], pairs: list[Pair]) -> str:
    if len(group) == 2:
        return _pair(collection, where, pairs[0])
    names = ", ".join(text(one_line(name, 80)) for name in group[:40])
    more = f" and {len(group) - 40:,} more" if len(group) > 40 else ""
    shown = "".join(_pair(collection, where, pair) for pair in pairs[:_PAIRS])
    rest = f"; the {_PAIRS} strongest" if len(pairs) > _PAIRS else ""
    return (
        f"<h3>A group of {len(group):,}</h3><p>{names}{more}. Linked by {counted(len(pairs), 'pair')}{rest}:</p>{shown}"
    )


def _pair(collection: Collection, where: dict[str, int], pair: Pair) -> str:
    ours, theirs = (collection.cells(where[name]) for name in (pair.first, pair.second))
    known = collection.known
    found = passages(ours, theirs, known.names, collection.weight_of, given=known.given)
    first, second = (text(one_line(name, 80)) for name in (pair.first, pair.second))
    both = "".join(_both(passage, first, second) for passage in found[:_PASSAGES])
    more = len(found) - _PASSAGES
    rest = f"<p class='small'>{counted(more, 'lighter passage')} more.</p>" if more > 0 else ""
    return (
        f"<details><summary><strong>{first}</strong> and <strong>{second}</strong>: {pair.share:.0%} of the rare code "
        f'of one is in the other <span class="quiet small">(strength {pair.strength:.1f})</span></summary>{both}{rest}'
        "</details>"
    )


def _both(passage: Passage, first: str, second: str) -> str:
    names = f" Spelled alike, unasked: <code>{text(', '.join(passage.names[:8]))}</code>." if passage.names else ""
    return (
        f'<div class="both">{_code(passage.first, first)}{_code(passage.second, second)}</div>'
        f'<p class="small quiet">{passage.length} tokens in a row.{names}</p>'
    )


def _code(code: str, caption: str) -> str:
    lines = [line[:160] for line in code.splitlines()]
    shown = lines[:_LINES] + (["..."] if len(lines) > _LINES else [])
    return (
        f'<figure><figcaption>{caption}</figcaption><pre tabindex="0"><code>{text(chr(10).join(shown))}</code></pre>'
        "</figure>"
    )


def engine_section(collection: Collection) -> str:
    """The HTML of the list of answers that are the engine's text."""
    found = engine_matches(collection)
    few = [match for match in found if len(match.students) <= max(3, _NATURAL * len(collection))]
    title = (
        f"{counted(len({name for match in few for name in match.students}), 'submission')} with a passage of the "
        "engine's own text"
        if few
        else "No answer is the engine's own text"
    )
    parts = [
        f'<section id="engine"><h2>{text(title)}</h2>',
        "<p>The engine's source is open to all, and a right formula often has one natural form. Listed are longer "
        "passages that stand in the engine, in few submissions, and in none of the other answers that the exercises "
        "know. They were typed or pasted: taking the engine's function itself scores nothing.</p>",
        *(_engine(match, len(collection)) for match in few[:_GROUPS]),
    ]
    if rest := found[len(few) :] if few == found[: len(few)] else [match for match in found if match not in few]:
        names = ", ".join(f"<code>{text(match.function.name)}</code> ({len(match.students):,})" for match in rest)
        parts.append(f"<p>So common that it is most likely the natural way to write it, and no sign: {names}.</p>")
    return "".join([*parts, "</section>"])


def _engine(match: EngineMatch, size: int) -> str:
    names = ", ".join(text(one_line(name, 80)) for name in match.students[:30])
    more = f" and {len(match.students) - 30:,} more" if len(match.students) > 30 else ""
    who = text(one_line(match.students[0], 80)) if len(match.students) == 1 else "the longest of them"
    return (
        f"<details><summary><code>{text(match.function.name)}</code> in <code>{text(match.function.where)}</code>: "
        f"{len(match.students):,} of {size:,}</summary><p class='names'>{names}{more}</p>"
        f"{_both(match.passage, who, text(match.function.where))}</details>"
    )
