import pytest

from coursekit.grading.batch.names import Form, Owner, is_leftover, is_meant, no_id, owner_of, shown


def read(name, assignment="activations"):
    return owner_of(tuple(name.split("/")), assignment)


@pytest.mark.parametrize(
    ("name", "form", "student", "original"),
    [
        ("anna/activations/activations.ipynb", Form.NBGRADER, "anna", "activations.ipynb"),
        ("anna/activations/data/x.csv", Form.NBGRADER, "anna", "data/x.csv"),
        ("doejane_340934_208490284_activations.ipynb", Form.CANVAS, "340934", "activations.ipynb"),
        ("doejane_LATE_340934_208490284_activations-2.ipynb", Form.CANVAS, "340934", "activations-2.ipynb"),
        ("o_neill_x_17_18_my_work_1_2_x.ipynb", Form.CANVAS, "17", "my_work_1_2_x.ipynb"),
        ("mülleröß_17_18_activations.ipynb", Form.CANVAS, "17", "activations.ipynb"),
        ("anon_hKq3p_208490284_activations.ipynb", Form.CANVAS, "anon_hKq3p", "activations.ipynb"),
        ("LATE_anon_hKq3p_208490284_activations.ipynb", Form.CANVAS, "anon_hKq3p", "activations.ipynb"),
        ("Jane Doe_657693_assignsubmission_file/activations.ipynb", Form.MOODLE, "Jane Doe", "activations.ipynb"),
        ("Jane Doe_657693_assignsubmission_file_/activations.ipynb", Form.MOODLE, "Jane Doe", "activations.ipynb"),
        ("Jane Doe_657693_assignsubmission_file/hw/a.ipynb", Form.MOODLE, "Jane Doe", "hw/a.ipynb"),
        ("Jane Doe_657693_assignsubmission_file_activations.ipynb", Form.MOODLE, "Jane Doe", "activations.ipynb"),
        ("Jane Doe_1_assignsubmission_onlinetext/onlinetext.html", Form.MOODLE, "Jane Doe", "onlinetext.html"),
        ("Group 1_7_assignsubmission_file/activations.ipynb", Form.MOODLE, "Group 1", "activations.ipynb"),
        ("Teilnehmer_3_9_assignsubmission_file/a.ipynb", Form.MOODLE, "Teilnehmer_3", "a.ipynb"),
        ("anna.ipynb", Form.FLAT, "anna", ".ipynb"),
        ("anna_final version.ipynb", Form.FLAT, "anna", "final version"),
        ("jane_doe_activations.ipynb", Form.FLAT, "jane_doe", "activations.ipynb"),
        ("jane_doe_activations-3.ipynb", Form.FLAT, "jane_doe", "activations-3.ipynb"),
        ("s-17.ipynb", Form.FLAT, "s-17", ".ipynb"),
        ("s-17 (1).ipynb", Form.FLAT, "s-17", ".ipynb"),
        ("a.b@uni.example.ipynb", Form.FLAT, "a.b@uni.example", ".ipynb"),
    ],
)
def test_whose_a_file_is(name, form, student, original):
    owner = read(name)
    assert isinstance(owner, Owner), owner
    assert (owner.form, owner.student) == (form, student)
    assert original in owner.original or form is Form.FLAT


def test_students_with_numbers_in_their_ids_stay_apart():
    assert {read(f"s-{n}.ipynb").student for n in range(5)} == {f"s-{n}" for n in range(5)}


def test_canvas_tells_the_late_ones_and_the_newer_of_two():
    early, late = read("a_1_20_activations.ipynb"), read("a_LATE_1_30_activations-1.ipynb")
    assert late.late
    assert not early.late
    assert early.order < late.order


@pytest.mark.parametrize(
    "name",
    [
        "../evil/activations/activations.ipynb",
        "/activations/activations.ipynb",
        "a/../activations/x.ipynb",
        "..\\..\\evil.ipynb",
        "./x.ipynb",
        "anna/other/activations.ipynb",
        "anna/activations.ipynb",
        "activations.ipynb",
        "activations (1).ipynb",
        "notes.txt",
        "ipynb",
        "\x1b[2Janna.ipynb",
        "anna\u202e.ipynb",
        "an\nna/activations/activations.ipynb",
        "anna\udc80.ipynb",
        ".hidden.ipynb",
        " anna.ipynb",
        f"{'a' * 129}.ipynb",
        f"{'ä' * 101}/activations/activations.ipynb",
        f"{'1' * 60000}_.ipynb",
        "_x.ipynb",
    ],
)
def test_what_is_nobodys_says_why(name):
    reason = read(name)
    assert isinstance(reason, str)
    assert reason.isprintable()


def test_a_moodle_name_keeps_its_person_without_what_steers_the_display():
    owner = read("Ja\u200fne  D\u0308oe_1_assignsubmission_file/a.ipynb")
    assert owner.student == "Jane D̈oe"
    assert no_id(owner.student) is None


def test_the_same_name_in_two_unicode_forms_is_one_student():
    assert read("Mu\u0308ller.ipynb").student == read("M\u00fcller.ipynb").student


@pytest.mark.parametrize(
    "name", ["activations.ipynb", "activations-1.ipynb", "activations (2).ipynb", "hw/activations.ipynb"]
)
def test_the_assignments_own_name_is_known_again(name):
    assert is_meant(name, "activations")


@pytest.mark.parametrize(
    "name", ["activations.py", "my activations.ipynb", "activations2.ipynb", "activations-x.ipynb", ""]
)
def test_other_names_are_not_it(name):
    assert not is_meant(name, "activations")


def test_leftovers_of_systems_are_known():
    assert is_leftover(("__MACOSX", "anna.ipynb"))
    assert is_leftover(("a", ".ipynb_checkpoints", "x.ipynb"))
    assert is_leftover(("._anna.ipynb",))
    assert not is_leftover(("anna", "activations", "activations.ipynb"))


def test_a_shown_name_does_nothing_to_a_terminal():
    assert shown("a\x1b[2J\udc80\n") == "a\\x1b[2J\\udc80\\n"
