"""`{claims}`: claims of the lecture notes with what the build measured, as cards or as a table.

A claim whose printed verdict the run does not bear out stops the build.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from coursekit.claims import Claim, Measured, Verdict, chapters, claims_of, measure
from coursekit.site.elements import Html, text

_log = logging.getLogger(__name__)

#: Verdict -> (CSS class, sign before the word): never colour alone.
LOOK = {
    Verdict.HOLDS: ("holds", "✓"),
    Verdict.LESS: ("less", "≈"),
    Verdict.NOT_HERE: ("not-here", "✗"),
    Verdict.WRONG: ("wrong", "✗"),
    Verdict.UNTESTABLE: ("untestable", "?"),
}


class Claims(SphinxDirective):
    """The claims of a chapter as cards, or with `:table:` as a table; `:only:` names some by id.

    Without an argument: how many claims of the whole book have which verdict.
    """

    optional_arguments = 1
    option_spec = {"only": str.split, "table": directives.flag}  # noqa: RUF012  (docutils declares it so)

    def run(self) -> list[nodes.Node]:
        """Cards, a table or the counts."""
        os.environ.setdefault("COURSEKIT_CLAIMS_CACHE", str(Path(self.env.app.outdir).parent / "claims"))
        if not self.arguments:
            return [counts(claim.verdict for name in chapters() for claim in claims_of(name))]
        chapter = self.arguments[0]
        if chapter not in chapters():
            known = ", ".join(chapters()) or "no chapter yet"
            raise ExtensionError(f"{self.get_location()}: there are no claims of {chapter!r}, only of {known}")
        claims = {claim.id: claim for claim in claims_of(chapter)}
        wanted = self.options.get("only", list(claims))
        for id in wanted:
            if id not in claims:
                raise ExtensionError(f"{self.get_location()}: {chapter} has no claim {id!r}, only {', '.join(claims)}")
        found = self._measure(claims[id] for id in wanted)
        if "table" in self.options:
            return [self._table(found)]
        return [self._card(measured) for measured in found]

    def _measure(self, claims: Iterable[Claim]) -> list[Measured]:
        done = []
        for claim in claims:
            _log.info("claim %s ...", claim.id)
            measured = measure(claim)
            if not measured.agrees:
                raise ExtensionError(
                    f"{self.get_location()}: the run contradicts claim {claim.id!r}: the book says "
                    f"{claim.verdict.value!r}, measured is {measured.verdict.value!r} ({measured.summary})"
                )
            done.append(measured)
        return done

    def _card(self, measured: Measured) -> Html:
        claim = measured.claim
        head = Html("div", class_="bk-claim-head")
        head += chip(measured.verdict)
        head += Html("div", *self._markdown(claim.statement), class_="bk-claim-statement")
        facts = Html("dl")
        said = "What the source gives" if claim.verdict is Verdict.UNTESTABLE else "Measured"
        for term, words in (("Experiment", claim.setup), (said, measured.summary), ("Source", claim.source)):
            if words:
                facts += text("dt", term)
                facts += Html("dd", *self._markdown(words))
        return Html(
            "article",
            head,
            facts,
            class_=f"bk-claim bk-{LOOK[measured.verdict][0]}",
            id=anchor(claim),
            aria_label="Claim",
        )

    def _table(self, found: Iterable[Measured]) -> Html:
        body = Html("tbody")
        for measured in found:
            claim = measured.claim
            statement = Html("td", *self._markdown(claim.statement))
            origin = text("p", f"{claim.source}; ", class_="bk-more")
            if f"chapters/{claim.chapter}" in self.env.found_docs:
                record = "the experiment" if claim.experiment else "in its chapter"
                origin += text("a", record, href=self._uri(claim))
            statement += origin
            cells = (Html("td", chip(measured.verdict)), statement, Html("td", *self._markdown(measured.summary)))
            body += Html("tr", *cells, data_verdict=measured.verdict.value)
        head = Html("tr", *(text("th", words, scope="col") for words in ("Verdict", "Claim", "What was measured")))
        table = Html("table", Html("thead", head), body, class_="bk-ledger")
        label = f"Claims: {self.arguments[0]}"
        return Html("div", table, class_="bk-table bk-wide", role="region", aria_label=label, tabindex="0")

    def _uri(self, claim: Claim) -> str:
        builder = self.env.app.builder
        return f"{builder.get_relative_uri(self.env.docname, f'chapters/{claim.chapter}')}#{anchor(claim)}"

    def _markdown(self, words: str) -> list[nodes.Node]:
        # A number does not part from its sign at the end of a line.
        words = re.sub(r"(?<=\d) (?=[%×])|(?<=×) (?=\d)", "\N{NO-BREAK SPACE}", words)
        holder = nodes.container()
        source, line = self.get_source_info()
        self.state.nested_parse(StringList([words], source), line, holder)
        return list(holder.children)


def chip(verdict: Verdict) -> Html:
    """The verdict in its colour, with its sign."""
    look, sign = LOOK[verdict]
    return Html(
        "span", text("span", sign, aria_hidden="true"), nodes.Text(f" {verdict.value}"), class_=f"bk-chip bk-{look}"
    )


def counts(verdicts: Iterable[Verdict]) -> Html:
    """How many of these there are of each kind."""
    number = Counter(verdicts)
    lines = (Html("li", text("b", f"{number[verdict]} "), chip(verdict)) for verdict in LOOK)
    return Html("ul", *lines, class_="bk-verdicts")


def anchor(claim: Claim) -> str:
    """The id of the claim's card on its chapter's page."""
    return "claim-" + claim.id.replace(".", "-").replace("_", "-")


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("claims", Claims)
