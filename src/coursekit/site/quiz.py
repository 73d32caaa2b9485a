"""`{quiz}`: a question with answers, each explained when it is chosen. Plain HTML: no Python, no network.

::

    ```{quiz}
    What is the derivative of ReLU at exactly 0, in this book?

    - [x] 0
      The side `x <= 0` decides at every kink.
    - [ ] 1
      That is the slope on the right of 0.
    ```
"""

import re
from dataclasses import dataclass, field

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from coursekit.site.elements import Html, text

_ANSWER = re.compile(r"- \[([ xX])\] (.*)")


@dataclass
class Answer:
    """One answer: its words, whether it is right, and its explanation, as lines with the number of the first."""

    right: bool
    line: int
    words: str
    why: list[str] = field(default_factory=list)


class Quiz(SphinxDirective):
    """A question with explained answers."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The question as a radio group."""
        question, answers = self._read()
        number = self.env.new_serialno("bk-quiz") + 1
        key = f"quiz-{number}"
        ask = Html("div", text("p", f"Question {number}", class_="bk-box-title"), class_="bk-quiz-ask", id=key)
        self.state.nested_parse(question, self.content_offset, ask)
        choices = [self._choice(answer, key, place) for place, answer in enumerate(answers)]
        group = Html("div", *choices, role="radiogroup", aria_labelledby=key)
        return [Html("div", ask, group, Html("p", class_="bk-quiz-said", role="status"), class_="bk-box bk-quiz")]

    def _read(self) -> tuple[StringList, list[Answer]]:
        answers: list[Answer] = []
        split = len(self.content)
        for place, line in enumerate(self.content):
            if start := _ANSWER.fullmatch(line):
                split = min(split, place)
                answers.append(Answer(right=start[1] != " ", line=place, words=start[2]))
            elif answers:
                if line.strip() and not line.startswith("  "):
                    raise self.error(f"quiz: indent the explanation of {answers[-1].words!r} by two spaces: {line!r}")
                answers[-1].why.append(line[2:])
        if not any(line.strip() for line in self.content[:split]):
            raise self.error("quiz: there is no question above the answers")
        if len(answers) < 2 or not any(answer.right for answer in answers):
            raise self.error(
                "quiz: it needs two answers or more, `- [x] ...` for a right one, `- [ ] ...` for a wrong one"
            )
        for answer in answers:
            if not any(line.strip() for line in answer.why):
                raise self.error(
                    f"quiz: the answer {answer.words!r} has no explanation (indented, on the line below it)"
                )
        return self.content[:split], answers

    def _choice(self, answer: Answer, key: str, place: int) -> Html:
        label = Html("label", Html("input", type="radio", name=key, value=str(place)))
        self._parse([answer.words], answer.line, words := Html("span"))
        label += Html(
            "span", *(child for block in words.children for child in block.children), class_="bk-answer-words"
        )
        why = Html("div", class_="bk-why")
        why += text("p", "Right." if answer.right else "Not this one.", class_="bk-why-verdict")
        self._parse(answer.why, answer.line + 1, why)
        return Html("div", label, why, class_="bk-answer bk-right" if answer.right else "bk-answer bk-wrong")

    def _parse(self, lines: list[str], line: int, into: nodes.Element) -> None:
        source, _ = self.get_source_info()
        self.state.nested_parse(StringList(lines, source), self.content_offset + line, into)


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("quiz", Quiz)
