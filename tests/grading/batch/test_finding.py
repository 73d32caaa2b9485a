import os
import stat
import struct
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coursekit.grading import CourseError
from coursekit.grading.batch.finding import find
from coursekit.grading.batch.places import Archive
from coursekit.grading.reading import MAX_BYTES, UnreadableError

ID = "activations"
NB = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


def put(path: Path, content: bytes = NB, age: int | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if age is not None:
        os.utime(path, (age, age))
    return path


def look(root: Path, where: Path | None = None):
    """What was found, with each content or the reason why there is none, by student."""
    with find(root, ID, where) as found:
        contents = {}
        for submission in found.submissions:
            assert submission.student not in contents
            try:
                contents[submission.student] = found.read(submission)
            except UnreadableError as fault:
                contents[submission.student] = str(fault)
        return found, contents


def zipped(path: Path, files, compression=zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_nbgraders_layout(tmp_path):
    put(tmp_path / "submitted/anna/activations/activations.ipynb", b"anna")
    put(tmp_path / "submitted/anna/activations/data.csv")
    put(tmp_path / "submitted/anna/activations/scratch.ipynb", b"no")
    put(tmp_path / "submitted/anna/loop/loop.ipynb", b"another assignment")
    put(tmp_path / "submitted/ben/activations/mine.ipynb", b"ben")
    put(tmp_path / "submitted/carl/activations/a.ipynb")
    put(tmp_path / "submitted/carl/activations/b.ipynb")
    put(tmp_path / "submitted/dora/activations/answers.docx")
    (tmp_path / "submitted/emil/activations").mkdir(parents=True)
    put(tmp_path / "submitted/fred/activations/.ipynb_checkpoints/activations.ipynb")
    put(tmp_path / "submitted/gina/Activations/activations.ipynb")
    put(tmp_path / "submitted/readme.txt")
    (tmp_path / "submitted/hugo").mkdir()
    put(tmp_path.joinpath("submitted/ida/activations", *["more"] * 20, "activations.ipynb"))
    found, contents = look(tmp_path)
    assert contents.pop("anna") == b"anna"
    assert contents.pop("ben") == b"ben"
    assert "several other notebooks: a.ipynb, b.ipynb" in contents.pop("carl")
    assert "what is there: answers.docx" in contents.pop("dora")
    assert contents.pop("emil").endswith("nothing")
    assert contents.pop("fred").endswith("nothing")
    assert "folders in folders" in contents.pop("ida")
    assert contents == {}
    assert [line.partition(":")[0] for line in found.nobody] == ["gina/Activations/activations.ipynb", "readme.txt"]
    assert {line.partition(":")[0] for line in found.said} == {"ben", "carl", "dora", "emil", "fred", "ida"}
    ben = next(one for one in found.submissions if one.student == "ben")
    assert ben.remarks == ("There is no activations.ipynb, so mine.ipynb was graded.",)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (b"2026-03-01 12:00:00.5 UTC\n", datetime(2026, 3, 1, 12, 0, 0, 500000, UTC)),
        (b"2026-03-01 12:00:00 Europe/Berlin", datetime(2026, 3, 1, 11, tzinfo=UTC)),
        (b"2026-03-01 12:00:00 +0200", None),
        (b"soon", None),
        (b"\xff\xfe", None),
        (b"2026-03-01" * 100, None),
        (b"2026-03-01 12:00:00 ../../../../etc/passwd", None),
    ],
)
def test_the_time_of_nbgraders_exchange_is_read(tmp_path, text, moment):
    put(tmp_path / "submitted/anna/activations/activations.ipynb")
    put(tmp_path / "submitted/anna/activations/timestamp.txt", text)
    found, _ = look(tmp_path)
    if moment is not None:
        assert found.submissions[0].submitted == moment


def test_a_flat_folder(tmp_path):
    put(tmp_path / "in/anna.ipynb", b"old", age=1000)
    put(tmp_path / "in/anna_final.ipynb", b"new", age=2000)
    put(tmp_path / "in/jane_doe_activations.ipynb", b"jane")
    put(tmp_path / "in/jane_doe_activations-1.ipynb", b"jane again", age=1)
    put(tmp_path / "in/s-17.ipynb", b"17")
    put(tmp_path / "in/s-18.ipynb", b"18")
    put(tmp_path / "in/notes.txt")
    put(tmp_path / "in/.DS_Store")
    found, contents = look(tmp_path, tmp_path / "in")
    assert contents == {"anna": b"new", "jane_doe": b"jane again", "s-17": b"17", "s-18": b"18"}
    assert found.nobody == ["notes.txt: it is no notebook"]
    assert "anna_final.ipynb was graded, not anna.ipynb" in " ".join(found.said)
    assert sum(len(one.remarks) for one in found.submissions) == 2


def test_two_people_of_one_beginning_stay_two_in_a_flat_folder(tmp_path):
    put(tmp_path / "in/jane_doe.ipynb", b"doe")
    put(tmp_path / "in/jane_roe (1).ipynb", b"roe")
    put(tmp_path / "in/ben_draft.ipynb", b"alone")
    put(tmp_path / "in/carl_activations.ipynb", b"meant")
    put(tmp_path / "in/carl_draft.ipynb", b"beside")
    found, contents = look(tmp_path, tmp_path / "in")
    assert contents == {"jane_doe": b"doe", "jane_roe": b"roe", "ben": b"alone", "carl": b"meant"}
    assert "so each is one: jane_doe, jane_roe" in found.said[0]


def test_a_zip_of_canvas(tmp_path):
    path = zipped(
        tmp_path / "submissions.zip",
        {
            "doejane_17_100_activations.ipynb": b"first",
            "doejane_LATE_17_220_activations-1.ipynb": b"again",
            "doejane_17_300_scratch.ipynb": b"beside",
            "doejane_18_101_work.ipynb": b"another Jane Doe",
            "roe_19_102_report.pdf": b"%PDF",
            "anon_hKq3p_103_activations.ipynb": b"nameless",
            "__MACOSX/._doejane_17_100_activations.ipynb": b"",
            "readme.txt": b"",
        },
    )
    found, contents = look(tmp_path, path)
    assert contents.pop("19") == "no notebook was handed in; what is there: report.pdf"
    assert contents == {"17": b"again", "18": b"another Jane Doe", "anon_hKq3p": b"nameless"}
    assert found.nobody == ["readme.txt: it is no notebook"]
    seventeen = next(one for one in found.submissions if one.student == "17")
    assert "late" in seventeen.remarks[-1]
    assert "3 notebooks" in seventeen.remarks[0]


@pytest.mark.parametrize("folder", ["", "CS101-activations-77/"])
def test_a_zip_of_moodle(tmp_path, folder):
    files = {
        "Jane Doe_11_assignsubmission_file/activations.ipynb": b"eleven",
        "Jane Doe_12_assignsubmission_file/activations.ipynb": b"twelve",
        "Jürgen Groß_13_assignsubmission_file_/activations.ipynb": b"old sites",
        "Max Roe_14_assignsubmission_file_my.ipynb": b"no folders",
        "Ann Poe_15_assignsubmission_file/hw/deep/activations.ipynb": b"deep",
        "Ann Poe_15_assignsubmission_onlinetext/onlinetext.html": b"<p>",
        "Tom Low_16_assignsubmission_onlinetext/onlinetext.html": b"<p>",
    }
    _, contents = look(tmp_path, zipped(tmp_path / "x.zip", {folder + name: text for name, text in files.items()}))
    assert "onlinetext.html" in contents.pop("Tom Low")
    assert contents == {
        "Jane Doe 11": b"eleven",
        "Jane Doe 12": b"twelve",
        "Jürgen Groß": b"old sites",
        "Max Roe": b"no folders",
        "Ann Poe": b"deep",
    }


def test_an_unpacked_zip_is_the_same(tmp_path):
    names = {"doe_17_100_activations.ipynb": b"17", "Jane Doe_11_assignsubmission_file/activations.ipynb": b"Jane"}
    zipped(tmp_path / "x.zip", names)
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    assert look(tmp_path, tmp_path / "unpacked")[1] == look(tmp_path, tmp_path / "x.zip")[1]


def test_a_zip_of_nbgraders_folder(tmp_path):
    path = zipped(
        tmp_path / "x.zip",
        {
            "submitted/anna/activations/activations.ipynb": b"anna",
            "submitted/ben/activations/activations.ipynb": b"ben",
            "submitted/carl/activations/": b"",
        },
    )
    _, contents = look(tmp_path, path)
    assert contents.pop("carl").endswith("nothing")
    assert contents == {"anna": b"anna", "ben": b"ben"}


def test_links_lead_nowhere(tmp_path):
    secret = put(tmp_path / "secret.ipynb", b"secret")
    honest = put(tmp_path / "submitted/honest/activations/activations.ipynb", b"honest")
    for name, target in {"file": secret, "other": honest, "device": Path("/dev/zero"), "gone": Path("/none")}.items():
        path = tmp_path / f"submitted/{name}/activations/activations.ipynb"
        path.parent.mkdir(parents=True)
        path.symlink_to(target)
    loop = tmp_path / "submitted/loop/activations/activations.ipynb"
    loop.parent.mkdir(parents=True)
    loop.symlink_to("activations.ipynb")
    (tmp_path / "submitted/folder").mkdir()
    (tmp_path / "submitted/folder/activations").symlink_to(honest.parent)
    own = put(tmp_path / "submitted/own/activations/v2.txt", b"own")
    (own.parent / "activations.ipynb").symlink_to("v2.txt")
    pipe = tmp_path / "submitted/pipe/activations"
    pipe.mkdir(parents=True)
    os.mkfifo(pipe / "activations.ipynb")
    _, contents = look(tmp_path)
    assert contents.pop("honest") == b"honest"
    assert contents.pop("own") == b"own"
    assert set(contents) == {"file", "other", "device", "gone", "loop", "folder", "pipe"}
    assert all(isinstance(reason, str) for reason in contents.values()), contents
    assert "link" in contents["other"]
    assert "no ordinary file" in contents["pipe"]


def test_a_link_in_a_flat_folder_is_not_anothers_work(tmp_path):
    put(tmp_path / "in/anna.ipynb", b"anna")
    (tmp_path / "in/eve.ipynb").symlink_to("anna.ipynb")
    _, contents = look(tmp_path, tmp_path / "in")
    assert contents["anna"] == b"anna"
    assert "link" in contents["eve"]


def test_what_is_too_large_is_not_read(tmp_path):
    path = put(tmp_path / "submitted/anna/activations/activations.ipynb")
    os.truncate(path, 10 * MAX_BYTES)
    _, contents = look(tmp_path)
    assert "the limit is 20 MB" in contents["anna"]


class Hostile:
    """A zip in Canvas' names with one honest entry and one that is not."""

    @staticmethod
    def bomb(path):
        zipped(path, {"a_1_1_x.ipynb": NB, "b_2_2_x.ipynb": b"0" * (2 * MAX_BYTES)})

    @staticmethod
    def lying_size(path):
        zipped(path, {"a_1_1_x.ipynb": NB, "b_2_2_x.ipynb": b"0" * (2 * MAX_BYTES)})
        data = path.read_bytes()
        path.write_bytes(data.replace(struct.pack("<L", 2 * MAX_BYTES), struct.pack("<L", 1000)))

    @staticmethod
    def damaged(path):
        zipped(path, {"a_1_1_x.ipynb": NB, "b_2_2_x.ipynb": b"some content" * 50}, zipfile.ZIP_STORED)
        path.write_bytes(path.read_bytes().replace(b"some content", b"mome content", 1))

    @staticmethod
    def encrypted(path):
        zipped(path, {"a_1_1_x.ipynb": NB, "b_2_2_x.ipynb": NB})
        data = bytearray(path.read_bytes())
        for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            data[data.rindex(mark) + offset] |= 1
        path.write_bytes(data)

    @staticmethod
    def unknown_method(path):
        zipped(path, {"a_1_1_x.ipynb": NB, "b_2_2_x.ipynb": NB})
        data = bytearray(path.read_bytes())
        for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
            data[data.rindex(mark) + offset] = 99
        path.write_bytes(data)

    @staticmethod
    def link(path):
        zipped(path, {"a_1_1_x.ipynb": NB})
        info = zipfile.ZipInfo("b_2_2_x.ipynb")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(info, "/etc/passwd")


@pytest.mark.parametrize("kind", [name for name in vars(Hostile) if not name.startswith("_")])
def test_one_hostile_entry_costs_no_other(tmp_path, kind):
    getattr(Hostile, kind)(tmp_path / "x.zip")
    _, contents = look(tmp_path, tmp_path / "x.zip")
    assert contents["1"] == NB
    assert isinstance(contents["2"], str), contents["2"][:100]


def test_a_path_out_of_the_zip_is_nobodys_and_nothing_is_unpacked(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    names = ("../evil_1_1_x.ipynb", "/evil_1_1_x.ipynb", "..\\evil_1_1_x.ipynb", "a/../../evil.ipynb", "\x1b[2J.ipynb")
    path = zipped(inside / "x.zip", {**dict.fromkeys(names, NB), "a_1_1_x.ipynb": NB})
    found, contents = look(tmp_path, path)
    assert list(contents) == ["1"]
    assert len(found.nobody) == len(names)
    assert all(line.isprintable() for line in found.nobody)
    assert [p.name for p in tmp_path.rglob("*")] == ["inside", "x.zip"]


def test_two_entries_of_one_name_are_two_files(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a_1_1_x.ipynb", b"first")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a_1_1_x.ipynb", b"second")
    found, contents = look(tmp_path, tmp_path / "x.zip")
    assert contents == {"1": b"second"}
    assert "2 notebooks" in found.said[0]


def test_names_that_are_no_text_are_listed(tmp_path):
    put(tmp_path / "in/anna.ipynb")
    (tmp_path / "in" / os.fsdecode(b"b\xff\x1b.ipynb")).write_bytes(NB)
    found, contents = look(tmp_path, tmp_path / "in")
    assert list(contents) == ["anna"]
    assert len(found.nobody) == 1
    assert found.nobody[0].isprintable()


@pytest.mark.parametrize("what", ["missing", "empty", "text", "other", "broken"])
def test_where_nothing_is_the_message_says_so(tmp_path, what):
    where = tmp_path / "x"
    if what == "empty":
        where.mkdir()
    if what == "text":
        where.write_text("hello")
    if what == "other":
        put(where / "anna/loop/loop.ipynb")
    if what == "broken":
        zipped(where, {"a_1_1_x.ipynb": NB})
        where.write_bytes(where.read_bytes()[:-30] + b"PK\x05\x06" + b"\xff" * 18)
    with pytest.raises(CourseError) as caught, find(tmp_path, ID, where):
        pass
    assert str(where) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_that_cannot_be_opened_is_a_row(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may open every folder")
    path = put(tmp_path / "submitted/anna/activations/activations.ipynb").parent
    path.chmod(0)
    try:
        _, contents = look(tmp_path)
    finally:
        path.chmod(0o755)
    assert "cannot be opened" in contents["anna"]


def test_a_large_zip_is_listed_without_being_read(tmp_path):
    path = zipped(
        tmp_path / "x.zip", {f"doe_{n}_{n}_activations.ipynb": b"" for n in range(20_000)}, zipfile.ZIP_STORED
    )
    with find(tmp_path, ID, path) as found:
        assert len(found.submissions) == 20_000
        assert isinstance(found.place, Archive)
