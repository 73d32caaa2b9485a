import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from coursekit.grading import CourseError
from coursekit.grading.batch.ledger import LEDGER, Ledger, only_run, records, states
from coursekit.grading.record import ExerciseRecord, Record, State

ID = "activations"


def record(digest="d", state=State.GRADED, score=3.0, key="k", notebook="{}", remark="fine"):
    one = ExerciseRecord(name="relu", state=state, score=score, max_score=8.0, result={"checks": []}, failed=("edges",))
    return Record(
        assignment=ID, digest=digest, key=key, state=state, exercises=(one,), notebook=notebook, remarks=(remark,)
    )


def test_what_is_put_in_comes_out(tmp_path):
    moment = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    with Ledger(tmp_path / LEDGER) as ledger:
        ledger.put("anna", record(notebook='{"ä": 1}'), submitted=moment, attempts=2)
        (row,) = ledger.unwritten(ID, "here", limit=10)
    assert row.record == record(notebook='{"ä": 1}')
    assert row.submitted == moment
    assert row.attempts == 2
    assert abs(row.graded - datetime.now(UTC)) < timedelta(hours=1)
    assert list(records(tmp_path, ID)) == [("anna", record(notebook=""))]
    assert states(tmp_path, ID) == {"anna": State.GRADED}


def test_a_second_result_replaces_the_first_and_is_written_again(tmp_path):
    with Ledger(tmp_path / LEDGER) as ledger:
        ledger.put("anna", record())
        ledger.mark_written(ID, "here", ["anna"])
        assert ledger.unwritten(ID, "here", limit=10) == []
        ledger.put("anna", record(score=5.0))
        assert [row.record.score for row in ledger.unwritten(ID, "here", limit=10)] == [5.0]
        assert len(list(ledger.rows(ID))) == 1


def test_another_gradebook_gets_all_rows(tmp_path):
    with Ledger(tmp_path / LEDGER) as ledger:
        ledger.put("anna", record())
        ledger.mark_written(ID, "here", ["anna"])
        (row,) = ledger.unwritten(ID, "there", limit=10)
        assert row.record == record(notebook="")


def test_rows_are_given_out_in_parts(tmp_path):
    with Ledger(tmp_path / LEDGER) as ledger:
        for n in range(5):
            ledger.put(f"s{n}", record())
        first = ledger.unwritten(ID, "here", limit=3)
        rest = ledger.unwritten(ID, "here", limit=3, after=first[-1].student)
    assert [row.student for row in first + rest] == [f"s{n}" for n in range(5)]


@pytest.mark.parametrize(
    ("change", "settled"),
    [
        ({}, True),
        ({"digest": "e"}, False),
        ({"key": "l"}, False),
        ({"state": State.TIMEOUT}, True),
        ({"state": State.INFRASTRUCTURE}, False),
    ],
)
def test_what_is_kept_when_a_run_is_resumed(tmp_path, change, settled):
    with Ledger(tmp_path / LEDGER) as ledger:
        ledger.put("anna", replace(record(), **change))
        assert ledger.is_settled(ID, "anna", digest="d", key="k") is settled
        assert not ledger.is_settled(ID, "ben", digest="d", key="k")
        assert not ledger.is_settled("loop", "anna", digest="d", key="k")


@pytest.mark.parametrize("text", ["\ud83d", "\x00", "\U0001f600", "'; DROP TABLE result; --"])
def test_any_text_of_a_student_is_kept(tmp_path, text):
    with Ledger(tmp_path / LEDGER) as ledger:
        ledger.put("anna", record(remark=text, notebook=text))
        (row,) = ledger.unwritten(ID, "here", limit=1)
    assert row.record == record(remark=text, notebook=text)


def test_it_can_be_read_while_a_run_writes(tmp_path):
    with Ledger(tmp_path / LEDGER) as ledger:
        ledger.put("anna", record())
        reading = records(tmp_path, ID)
        assert next(reading)[0] == "anna"
        ledger.put("ben", record())
        reading.close()
        assert set(states(tmp_path, ID)) == {"anna", "ben"}


def test_who_reads_cannot_write(tmp_path):
    with Ledger(tmp_path / LEDGER):
        pass
    with Ledger(tmp_path / LEDGER, writes=False) as ledger, pytest.raises(sqlite3.OperationalError):
        ledger.put("anna", record())


def test_no_ledger_is_an_empty_one(tmp_path):
    assert list(records(tmp_path, ID)) == []
    assert states(tmp_path, ID) == {}
    assert not (tmp_path / LEDGER).exists()
    (tmp_path / LEDGER).touch()  # killed before its first row
    assert states(tmp_path, ID) == {}


@pytest.mark.parametrize("what", ["text", "other version", "other database"])
def test_a_file_that_is_no_ledger_is_refused(tmp_path, what):
    path = tmp_path / LEDGER
    if what == "text":
        path.write_text("hello" * 1000)
    elif what == "other version":
        with Ledger(path):
            pass
        db = sqlite3.connect(path)
        db.execute("PRAGMA user_version = 99")
        db.close()
    else:
        db = sqlite3.connect(path)
        db.execute("CREATE TABLE result (x)")
        db.close()
    with pytest.raises(CourseError) as caught, Ledger(path):
        pass
    assert LEDGER in str(caught.value)
    assert "\n" not in str(caught.value)


HOLD = """
import sys, time
from pathlib import Path
from coursekit.grading.batch.ledger import only_run
with only_run(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_only_one_run_at_a_time_and_no_stale_lock(tmp_path):
    holder = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "held\n"
        for _ in range(2):
            with pytest.raises(CourseError, match=f"process {holder.pid}"), only_run(tmp_path):
                pass
    finally:
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        holder.stdout.close()
    with only_run(tmp_path):
        pass
    with only_run(tmp_path):
        pass
