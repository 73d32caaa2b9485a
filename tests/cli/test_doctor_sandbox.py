"""What the doctor says of the sandbox, found by really starting one."""

import pytest

from coursekit.grading import doctor
from coursekit.grading.sandbox import probing


@pytest.fixture
def anew():
    """Nothing remembered of an earlier look."""
    for remembered in (probing.probe, probing.way):
        remembered.cache_clear()
    yield
    for remembered in (probing.probe, probing.way):
        remembered.cache_clear()


def bwrap() -> doctor.Finding:
    return next(finding for finding in doctor.examine() if finding.name == "bwrap")


def test_where_it_works_what_is_in_force_is_said(anew):
    found = bwrap().found
    if found is None:
        pytest.skip(f"NOT TESTED: what the doctor says of a sandbox that works; here {bwrap().mend}")
    assert found.startswith("bubblewrap ")
    assert "works" in found
    assert "filter of system calls" in found
    assert "limits for each process" in found or "cgroup" in found


def test_where_it_is_not_installed_the_way_to_it_is_said(anew, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    finding = bwrap()
    assert finding.found is None
    assert "apt install bubblewrap" in finding.mend
    assert "--sandbox none" in finding.costs


def test_where_it_is_installed_and_does_not_work_the_reason_is_said(anew, monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    finding = bwrap()
    assert finding.found is None
    assert "No permissions to create new namespace" in finding.mend
    assert "allows it" in finding.mend or "in a container" in finding.mend
