"""What the guides show is what happens."""

import re
import shlex
from dataclasses import asdict
from pathlib import Path

import pytest

from coursekit import check
from coursekit.cli import _parser
from coursekit.exercises import assignment, assignments
from coursekit.grading.batch.commands import _warn
from coursekit.grading.limits import Limits
from coursekit.grading.reading import MAX_BYTES
from coursekit.grading.record import State
from coursekit.grading.referee import PRIVATELY
from coursekit.grading.seeds import SEEDS

GUIDES = {
    path.stem: path.read_text(encoding="utf-8") for path in (Path(__file__).parents[2] / "book/guide").glob("*.md")
}


def _blocks(guide: str) -> list[str]:
    return re.findall(r"^```\w+\n(.*?)^```", GUIDES[guide], re.DOTALL | re.MULTILINE)


def _commands(guide: str) -> list[str]:
    """The calls of coursekit in code blocks and in the text."""
    lines = [line.removeprefix("$ ") for block in _blocks(guide) for line in block.splitlines()]
    lines += re.findall(r"`(coursekit [a-z]+ [^`]+)`", GUIDES[guide])
    return [line for line in lines if re.match(r"coursekit [a-z]+\b", line)]


def _plain(text: str) -> str:
    return " ".join(text.split())


def test_the_result_shown_to_students_is_a_real_one():
    def relu_backward(dout, x):
        return dout * (x >= 0)

    result = str(check(relu_backward))
    shown = re.search(r"```text\n(.*?)```", GUIDES["student"], re.DOTALL)
    assert shown
    assert result.startswith(shown[1])
    part = next(block for block in _blocks("instructor") if block.startswith("relu_backward"))
    assert result.startswith(part)


@pytest.mark.parametrize("guide", sorted(GUIDES))
def test_every_command_that_is_shown_is_one(guide):
    for command in _commands(guide):
        words = shlex.split(command, comments=True)[1:]
        _parser().parse_args(
            ["8" if word == "N" else "tcp://10.0.0.1:8786" if word == "tcp://..." else word for word in words]
        )


def test_the_guides_show_commands():
    assert {command.split()[1] for guide in GUIDES for command in _commands(guide)} >= {
        "build", "check", "doctor", "export", "grade", "new", "release", "report",
    }  # fmt: skip


def test_the_limits_named_are_those_of_the_code():
    rows = dict(re.findall(r"^\| ([a-z][^|]*?) \| ([\d.]+)(?: s| MB)? \|", GUIDES["grading"], re.MULTILINE))
    names = {
        "a cell": "cell",
        "all cells of a run": "notebook",
        "all questions to one function": "function",
        "memory of a process": "memory",
        "output of a run": "output",
        "processes and threads at a time": "processes",
        "one file, which lives in memory": "file",
    }
    values = {name: float(rows[row]) for row, name in names.items()}
    assert {**values, "output": values["output"] * 1_000_000} == asdict(Limits())
    assert f"over {MAX_BYTES // 1_000_000} MB" in GUIDES["grading"]
    assert f"`{SEEDS}`" in GUIDES["instructor"]
    assert f"`{SEEDS}`" in GUIDES["term"]


def test_every_state_has_its_row():
    table = GUIDES["grading"].partition("## States")[2].partition("\n(")[0]
    assert re.findall(r"^\| ([a-z ]+) \|", table, re.MULTILINE)[1:] == [str(state) for state in State]


def test_the_words_of_the_grader_are_quoted(capsys):
    _warn("none")
    assert _plain(capsys.readouterr().out) in _plain(GUIDES["grading"])
    assert PRIVATELY in GUIDES["grading"]


def test_the_syllabus_counts_what_there_is():
    text = GUIDES["syllabus"]
    for id in assignments():
        exercises = assignment(id).exercises
        points = sum(exercise.max_score for exercise in exercises.values())
        assert re.search(rf"chapters/{id}\.md\).*\| {len(exercises)} \| {points:g} \| 8 \|$", text, re.MULTILINE), id


def test_the_weeks_of_the_syllabus_add_up():
    plans = [
        part for part in re.split(r"^## ", GUIDES["syllabus"], flags=re.MULTILINE) if part.startswith(("Six", "Twelve"))
    ]
    everything = [exercise for id in assignments() for exercise in assignment(id).exercises.values()]
    top = sum(exercise.max_score for exercise in everything) + 8 * len(assignments())
    for plan in plans:
        weeks = re.findall(r"^\| \d+ \| [^|]+ \| (\d+) \| (\d+) \|", plan, re.MULTILINE)
        assert sum(int(functions) for functions, _ in weeks) == len(everything)
        assert sum(int(points) for _, points in weeks) == top
    assert len(plans) == 2
