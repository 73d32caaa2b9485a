import json
import re
from html.parser import HTMLParser

from coursekit.exercises.result import CheckResult, Result


def result(*checks: CheckResult, **more: object) -> Result:
    return Result(exercise="relu", assignment="activations", rule="max(0, x)", checks=checks, **more)


PASSED = CheckResult(name="values", passed=True, points=2)
FAILED = CheckResult(
    name="gradient at 0", passed=False, points=1, expected="0", got="1 < 2", at="f(0)", hint="why `>`?"
)
PENDING = CheckResult(name="keeps float32", passed=False, points=1, got="later", pending=True)


class Balanced(HTMLParser):
    """Fails on a tag that is not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def words(shown: Result) -> str:
    page = Balanced()
    page.feed(shown._repr_html_())
    assert page.open == []
    return " ".join("".join(page.words).split())


def test_text_and_html_say_the_same() -> None:
    shown = result(PASSED, FAILED, PENDING, notes=("a warning",))
    assert shown.score == 2
    assert shown.max_score == 4
    for text in (" ".join(str(shown).split()), words(shown)):
        for piece in (
            "relu: 2 of 4 points",
            "max(0, x)",
            "gradient at 0",
            "failed",
            "passed",
            "1 < 2",
            "f(0)",
            "a warning",
        ):
            assert piece in text
        assert "counted once the values are right: keeps float32 (1 point)" in text


def test_a_diagnosis_stands_first_and_alone() -> None:
    shown = result(PASSED, FAILED, misconception="x", diagnosis="Should it be `>`?")
    assert "Should it be `>`?" in str(shown)
    assert "why" not in str(shown)
    assert "why" not in words(shown)
    assert "Should it be >?" in words(shown)
    assert shown.to_dict()["checks"][1]["hint"] == "why `>`?"


def test_the_same_failure_is_told_once() -> None:
    broken = [
        CheckResult(name=name, passed=False, points=1, expected="1", got="it raised X", at="f(0)", hint="h")
        for name in ("dx", "dw")
    ]
    assert str(result(*broken)).count("it raised X") == 1
    assert "the same as above" in str(result(*broken))


def test_lines_fit_a_terminal() -> None:
    wide = CheckResult(
        name="values", passed=False, points=1, expected="1 " * 200, got="2", at="f(" + "0, " * 90, hint="h " * 200
    )
    assert max(map(len, str(result(wide)).splitlines())) <= 100


def test_everything_passed_is_one_line_and_a_list() -> None:
    text = str(result(PASSED))
    assert text.splitlines()[0] == "relu: all checks passed (2 points)"
    assert "rule" not in text
    assert not re.search(r"failed|FAIL", text)


def test_a_result_comes_back_from_plain_data() -> None:
    shown = result(PASSED, FAILED, PENDING, misconception="x", diagnosis="Should it be `>`?", notes=("a warning",))
    again = Result.from_dict(json.loads(json.dumps(shown.to_dict())))
    assert again == shown
    assert again._repr_html_() == shown._repr_html_()
