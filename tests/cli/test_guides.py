"""What the guides show is what happens."""

import re
from pathlib import Path

from coursekit import check
from coursekit.cli import _parser
from coursekit.grading.configure import SEEDS
from coursekit.grading.execute import SeededExecute
from coursekit.grading.reading import MAX_BYTES

GUIDES = Path(__file__).parents[2] / "book/guide"
STUDENT = (GUIDES / "student.md").read_text(encoding="utf-8")
INSTRUCTOR = (GUIDES / "instructor.md").read_text(encoding="utf-8")


def test_the_result_shown_to_students_is_a_real_one():
    def relu_backward(dout, x):
        return dout * (x >= 0)

    shown = re.search(r"```text\n(.*?)```", STUDENT, re.DOTALL)
    assert shown
    assert str(check(relu_backward)).startswith(shown[1])


def test_the_commands_named_are_there():
    help_text = _parser().format_help()
    for command in set(re.findall(r"^coursekit (\w+)", STUDENT + INSTRUCTOR, re.MULTILINE)):
        assert command in help_text


def test_the_limits_named_are_those_of_the_code():
    for name in ("timeout", "total_timeout", "max_output"):
        value = getattr(SeededExecute, name).default_value
        assert re.search(rf"c\.SeededExecute\.{name} = {value:_}|c\.SeededExecute\.{name} = {value}\b", INSTRUCTOR), (
            name
        )
    assert f"over {MAX_BYTES // 1_000_000} MB" in INSTRUCTOR
    assert f"`{SEEDS}`" in INSTRUCTOR
