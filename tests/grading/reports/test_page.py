import dataclasses
import threading
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from markdown_it import MarkdownIt

from coursekit.exercises import assignment
from coursekit.grading.errors import CourseError
from coursekit.grading.record import Record, State
from coursekit.grading.reports import page

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> [a](javascript:alert(1)) ![p](http://example.com/p.png) "
    "<https://example.com> https://example.com www.example.com a@example.com `x` ``` ~~~ \n# head\n| a | b |\n|---"
    "|---|\n| 1 | 2 |\n---\n* item\n1. one\n> quote\n<b>bold</b> &lt;i&gt; **strong** _em_ \u202e\x1b[31m\ud800 $x$ \\"
)


class Elements(HTMLParser):
    """All elements of a page with their attributes, and its words; fails on a tag that is not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture(scope="module")
def mixed(graded) -> Record:
    wrong = {m.id: m.function for m in assignment("activations").exercises["relu"].misconceptions}
    answers = {"relu": wrong["absolute_value"], "sigmoid": lambda x: 1 / 0, "elu": lambda x, alpha: HOSTILE}
    made = graded(
        "activations", answers, repairs=("The check cell of relu was put back.",), remarks=("Two files came.",)
    )
    states = {"sigmoid": State.TIMEOUT, "elu": State.DIED}
    exercises = tuple(dataclasses.replace(one, state=states.get(one.name, one.state)) for one in made.exercises)
    return dataclasses.replace(made, exercises=exercises, state=State.DIED)


def both(record: Record, student: str = "ada") -> tuple[str, str]:
    """The words of the HTML page, and those of the Markdown page as a reader of Markdown shows them."""
    shown = Elements(MarkdownIt("gfm-like", {"linkify": False}).render(page.markdown(record, student)))
    return (" ".join(Elements(page.html(record, student)).words.split()), " ".join(shown.words.split()))


def test_both_pages_say_what_check_says(mixed: Record) -> None:
    hint = next(m.hint for m in assignment("activations").exercises["relu"].misconceptions if m.id == "absolute_value")
    top = assignment("activations").max_score
    for words in both(mixed):
        for piece in (
            "Activation functions",
            f"{mixed.score:g} of {top} points",
            "The check cell of relu was put back.",
            "Two files came.",
            hint,
            "relu(x) = max(0, x), entry by entry",
            "relu_backward: all checks passed",
            "timeout: It was stopped because its time was up.",
            "died: The Python that ran it ended in the middle.",
            "ZeroDivisionError",
            "10 of 13 exercises pass in full.",
        ):
            assert piece in words, piece
    assert 0 < mixed.score < top


@pytest.mark.parametrize("state", [State.UNREADABLE, State.WRONG_ASSIGNMENT, State.INFRASTRUCTURE])
def test_what_could_not_be_graded_says_so_once(graded, state: State) -> None:
    made = graded("activations", {}, state=state)
    none = tuple(dataclasses.replace(one, state=state, score=0.0, result={}) for one in made.exercises)
    for words in both(dataclasses.replace(made, exercises=none)):
        assert words.count(page.TOLD[state]) == 1
        # No verdict where the fault is ours.
        assert ("relu: 0 of" in words) == (state is not State.INFRASTRUCTURE)
        assert ("Not graded yet" in words) == (state is State.INFRASTRUCTURE)


def hostile(record: Record) -> Record:
    """The record with every text that a student could have written made hostile."""

    def spoil(one):
        checks = [
            {**check, "passed": False, "expected": HOSTILE, "got": HOSTILE, "at": HOSTILE}
            for check in one.result["checks"]
        ]
        return dataclasses.replace(one, result={**one.result, "checks": checks, "notes": [HOSTILE]})

    return dataclasses.replace(
        record, exercises=tuple(map(spoil, record.exercises)), repairs=(HOSTILE,), remarks=(HOSTILE, HOSTILE)
    )


def test_nothing_of_a_student_is_active_in_the_html(mixed: Record) -> None:
    calm, spoilt = Elements(page.html(mixed, "ada")), Elements(page.html(hostile(mixed), HOSTILE))
    assert {tag for tag, _ in spoilt.found} == {tag for tag, _ in calm.found} - {"details", "summary"}
    for _, attributes in spoilt.found:
        assert not {"href", "src", "srcset", "id", "data"} & attributes.keys()
        assert not any(name.startswith("on") for name in attributes)
    assert "<script>alert(1)</script>" in spoilt.words  # shown, not run
    assert "\u202e" not in spoilt.words
    assert "\x1b" not in spoilt.words


@pytest.mark.parametrize("flavour", ["commonmark", "gfm-like"])
def test_nothing_of_a_student_is_active_in_the_markdown(mixed: Record, flavour: str) -> None:
    reader = MarkdownIt(flavour, {"html": True, "linkify": False})
    made = Elements(reader.render(page.markdown(hostile(mixed), HOSTILE)))
    assert {tag for tag, _ in made.found} == {"h1", "h2", "h3", "p", "strong", "ul", "li", "pre", "code"}
    # as many list items as there are repairs and remarks: no text has begun one of its own
    assert sum(tag == "li" for tag, _ in made.found) == 3
    assert sum(tag == "pre" for tag, _ in made.found) == len(mixed.exercises)
    outside = page.markdown(hostile(mixed), HOSTILE).split("## Exercise by exercise")[0]
    assert "http:" not in outside  # GitHub makes links of bare addresses too
    assert "www." not in outside
    assert "a@" not in outside


def test_a_page_asks_no_other_host_and_runs_nothing(mixed: Record) -> None:
    made = Elements(page.html(mixed, "ada"))
    assert not {"script", "link", "img", "iframe", "a"} & {tag for tag, _ in made.found}
    assert any("default-src 'none'" in str(attributes.get("content")) for _, attributes in made.found)
    assert "url(" not in page.html(mixed, "ada")


def test_both_files_are_written_and_say_when_it_came(mixed: Record, tmp_path: Path) -> None:
    path = page.write(tmp_path, "ada lovelace", mixed, datetime(2026, 11, 30, 14, 5, tzinfo=UTC))
    assert path == tmp_path / "feedback/ada lovelace/activations/activations.html"
    for text in (path.read_text("utf-8"), path.with_suffix(".md").read_text("utf-8").replace("\\", "")):
        assert "handed in 2026-11-30 14:05 UTC" in text
        assert "ada lovelace" in text
    assert sorted(found.name for found in path.parent.iterdir()) == ["activations.html", "activations.md"]


@pytest.mark.parametrize("student", ["../eve", "a/b", "a\\b", "", "..", "a\nb"])
def test_a_student_s_name_leads_nowhere_else(mixed: Record, tmp_path: Path, student: str) -> None:
    with pytest.raises(CourseError, match="cannot be the name"):
        page.write(tmp_path, student, mixed)
    assert not any(tmp_path.rglob("*.html"))


def test_a_reader_never_finds_half_a_page(mixed: Record, tmp_path: Path) -> None:
    path = page.write(tmp_path, "ada", mixed)
    ended, broken = threading.Event(), []

    def read() -> None:
        while not ended.is_set():
            if not path.read_text("utf-8").endswith("</html>\n"):
                broken.append(path)

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(60):
        page.write(tmp_path, "ada", dataclasses.replace(mixed, remarks=("x" * 300,) * (1 + i % 7)))
    ended.set()
    reader.join()
    assert broken == []


def test_a_result_that_numpy_made_is_written(graded, tmp_path: Path) -> None:
    made = graded("activations", {"relu": lambda x: np.float32(3)})
    again = Record.from_json(made.to_json())
    assert page.html(again) == page.html(made)
