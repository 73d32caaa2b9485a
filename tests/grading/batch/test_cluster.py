"""The same work on a Dask cluster: in one process tree, and as a real scheduler and workers that speak TLS."""

import contextlib
import datetime
import ipaddress
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace

import psutil
import pytest

from coursekit.grading import CourseError
from coursekit.grading.batch.bench import ATTEMPTS
from coursekit.grading.grader import Grader
from coursekit.grading.sandbox import how

distributed = pytest.importorskip(
    "distributed", reason="NOT TESTED: grading on a Dask cluster; the package distributed is not installed"
)

from coursekit.grading.batch.cluster import ClusterWorkers  # noqa: E402

STAND_IN = "stand_in:StandIn"

pytestmark = [pytest.mark.grading, pytest.mark.usefixtures("stand_in")]


def content(**asked):
    return json.dumps(asked).encode()


@pytest.fixture
def local(stand_in):
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", silence_logs=50
    ) as cluster:
        yield cluster


def test_a_local_cluster_grades_and_loses_nothing_with_its_workers(course, local, tmp_path):
    tasks = [(f"s{n}", content(score=n % 8, student=n, seconds=0.03)) for n in range(80)]
    tasks[5:5] = [("deadly", content(do="die")), ("once", content(do="die", once=str(tmp_path / "once"), score=2))]
    tasks[9:9] = [("fails", content(do="fail"))]
    with ClusterWorkers(course.bundle(), local.scheduler_address, factory=STAND_IN) as workers:
        done, killed = {}, False
        for name, graded in workers.grade(tasks):
            assert name not in done
            done[name] = graded
            if len(done) == 30:
                os.kill(next(iter(local.workers.values())).process.pid, signal.SIGKILL)
                killed = True
    assert killed
    assert len(done) == len(tasks)
    assert done["deadly"].record is None
    assert "ended" in done["deadly"].failures[0]
    assert done["once"].record.score == 2
    assert done["fails"].failures == ("RuntimeError: the sandbox is broken",) * ATTEMPTS
    assert {name: one.record.score for name, one in done.items() if name[0] == "s"} == {
        f"s{n}": n % 8 for n in range(80)
    }


def test_none_is_given_up_for_what_its_neighbour_does(course, stand_in):
    # A single worker holds both at once, so Dask blames both for each of its deaths.
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", silence_logs=50
        ) as single,
        ClusterWorkers(course.bundle(), single.scheduler_address, factory=STAND_IN) as workers,
    ):
        done = dict(workers.grade([("deadly", content(do="die")), ("honest", content(score=3))]))
    assert done["deadly"].record is None
    assert done["honest"].record.score == 3


def test_graders_are_closed_when_the_work_is_done(course, local, stand_in):
    with ClusterWorkers(course.bundle(), local.scheduler_address, factory=STAND_IN) as workers:
        done = list(workers.grade((n, content(score=1, n=n, seconds=0.1)) for n in range(8)))
    used = {graded.record.sandbox for _, graded in done}
    assert stand_in.read_text().split().count("closed") == len(used) == 2


def test_a_fault_of_the_set_up_stops_the_run_there_too(course, local):
    with (
        ClusterWorkers(course.bundle(), local.scheduler_address, factory=STAND_IN) as workers,
        pytest.raises(CourseError, match="no bubblewrap here"),
    ):
        list(workers.grade([("s", content(do="course"))]))
    with (
        ClusterWorkers(course.bundle(), local.scheduler_address, factory="no_such:X") as workers,
        pytest.raises(CourseError, match="no_such"),
    ):
        list(workers.grade([("s", content())]))


def test_the_real_grader_gives_the_same_there(course, local):
    """Dask runs a task in a thread of the worker, where a sandbox has to start too."""
    try:
        how("bwrap")
    except CourseError as fault:
        pytest.skip(f"NOT TESTED: the sandbox on a Dask worker; {fault}")
    tasks = [("relu", course.notebook(["relu"])), ("nothing", course.notebook()), ("text", b"hello")] * 2
    with Grader(course.bundle()) as grader:
        here = {name: grader.grade(one) for name, one in tasks[:3]}
    with ClusterWorkers(course.bundle(), local.scheduler_address) as workers:
        done = list(workers.grade(tasks))
    assert len(done) == 6
    for name, graded in done:
        assert graded.record is not None, graded.failures
        assert graded.record.state is here[name].state
        assert graded.record.sandbox == here[name].sandbox
        assert [(one.name, one.state, one.score, one.result) for one in graded.record.exercises] == [
            (one.name, one.state, one.score, one.result) for one in here[name].exercises
        ]
    assert here["relu"].score > here["nothing"].score


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def certificates(folder):
    """An authority, and a certificate of it with its key: what a cluster's operator would make."""
    x509 = pytest.importorskip("cryptography.x509", reason="NOT TESTED: TLS; the package cryptography is not installed")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    now = datetime.datetime.now(datetime.UTC)

    def made(name, issuer=None, signer=None):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer or subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(minutes=5))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
            )
        )
        certificate = builder.sign(signer or key, hashes.SHA256())
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        paths = folder / f"{name}.pem", folder / f"{name}.key"
        paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(pem)
        return subject, key, paths

    subject, key, (authority, _) = made("authority")
    _, _, (certificate, private) = made("node", subject, key)
    return authority, certificate, private


class Cluster:
    """`dask scheduler` and two `dask worker` as processes of their own."""

    def __init__(self, folder, tls=None, environment=(), workers=2, threads=1):
        self.folder, self.tls = folder, tls
        self.address = f"{'tls' if tls else 'tcp'}://127.0.0.1:{free_port()}"
        self.environment = os.environ | dict(environment)
        self.processes = []
        self.scheduler = self.start("scheduler", "--host", self.address, "--no-dashboard", "--no-show")
        self.workers = [self.add_worker(threads) for _ in range(workers)]

    def start(self, *command):
        tls = []
        if self.tls:
            for option, path in zip(("ca-file", "cert", "key"), self.tls, strict=True):
                tls += [f"--tls-{option}", str(path)]
        log = self.folder / f"dask-{len(self.processes)}.log"
        with log.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *command, *tls],
                stdout=out,
                stderr=out,
                cwd=self.folder,
                env=self.environment,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def add_worker(self, threads=1):
        local = str(self.folder / "dask-space")
        return self.start(
            "worker", self.address, "--nthreads", str(threads), "--no-dashboard", "--local-directory", local
        )

    def stop(self):
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def cluster(tmp_path, stand_in):
    started = []

    def start(**options):
        started.append(Cluster(tmp_path, **options))
        return started[-1]

    yield start
    for one in started:
        one.stop()


def test_a_real_cluster_with_tls_and_a_worker_killed_on_the_way(course, cluster, tmp_path):
    tls = certificates(tmp_path)
    running = cluster(tls=tls)
    tasks = [(f"s{n}", content(score=n % 8, student=n, seconds=0.05)) for n in range(100)]
    with ClusterWorkers(course.bundle(), running.address, tls=tls, factory=STAND_IN) as workers:
        done = {}
        for name, graded in workers.grade(tasks):
            assert name not in done
            done[name] = graded
            if len(done) == 30:  # the nanny too, so that nobody brings it back; another joins later
                os.killpg(running.workers[0].pid, signal.SIGKILL)
            if len(done) == 50:
                running.add_worker()
        machines = {graded.record.sandbox for graded in done.values()}
    assert {name: graded.record.score for name, graded in done.items()} == {f"s{n}": n % 8 for n in range(100)}
    assert len(machines) >= 2
    with pytest.raises(CourseError, match="needs --tls-ca") as caught:
        ClusterWorkers(course.bundle(), running.address)
    assert "\n" not in str(caught.value)
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(CourseError, match="cannot be reached") as caught:
        ClusterWorkers(course.bundle(), running.address, tls=certificates(other)).__enter__()
    assert "\n" not in str(caught.value)


def test_a_scheduler_that_dies_ends_the_run_in_one_line(course, cluster, monkeypatch):
    monkeypatch.setattr("coursekit.grading.batch.cluster._PATIENCE", 10)  # also how long it looks for a lost one
    running = cluster(threads=2)
    with ClusterWorkers(course.bundle(), running.address, factory=STAND_IN) as workers:
        grading = workers.grade((n, content(score=1, n=n, seconds=0.2)) for n in range(1000))
        next(grading)
        os.killpg(running.scheduler.pid, signal.SIGKILL)
        with pytest.raises(CourseError, match=r"scheduler .* is gone.*--resume") as caught:
            list(grading)
    assert "\n" not in str(caught.value)


def test_workers_with_another_version_are_refused(course, cluster, tmp_path):
    metadata = tmp_path / "elsewhere" / "coursekit-9.9.9.dist-info" / "METADATA"
    metadata.parent.mkdir(parents=True)
    metadata.write_text("Metadata-Version: 2.1\nName: coursekit\nVersion: 9.9.9\n")
    path = f"{metadata.parent.parent}{os.pathsep}{os.environ['PYTHONPATH']}"
    running = cluster(environment={"PYTHONPATH": path}, workers=1)
    with pytest.raises(CourseError, match=r"coursekit 9\.9\.9.*pip install") as caught:
        ClusterWorkers(course.bundle(), running.address, factory=STAND_IN).__enter__()
    assert "\n" not in str(caught.value)


def test_workers_with_other_sources_of_the_same_version_are_refused(course, local):
    bundle = replace(course.bundle(), code="of another checkout")
    with pytest.raises(CourseError, match="has other sources of coursekit") as caught:
        ClusterWorkers(bundle, local.scheduler_address, factory=STAND_IN).__enter__()
    assert "\n" not in str(caught.value)


def test_several_threads_take_turns_at_one_grader(course, cluster, capsys):
    running = cluster(workers=1, threads=4)
    with ClusterWorkers(course.bundle(), running.address, factory=STAND_IN) as workers:
        began = time.monotonic()
        done = list(workers.grade((n, content(score=1, n=n, seconds=0.1)) for n in range(8)))
    assert len(done) == 8
    assert time.monotonic() - began >= 0.8  # one after the other: a bound that load can only help to keep
    assert "--nthreads 1" in capsys.readouterr().out
    assert psutil.pid_exists(running.scheduler.pid)


def test_nobody_at_the_address_is_one_line(course, monkeypatch):
    monkeypatch.setattr("coursekit.grading.batch.cluster._PATIENCE", 2)
    with pytest.raises(CourseError, match="cannot be reached") as caught:
        ClusterWorkers(course.bundle(), f"tcp://127.0.0.1:{free_port()}").__enter__()
    assert "\n" not in str(caught.value)


def test_a_scheduler_without_workers_says_how_to_get_some(course, cluster, monkeypatch):
    monkeypatch.setattr("coursekit.grading.batch.cluster._PATIENCE", 5)
    running = cluster(workers=0)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            ClusterWorkers(course.bundle(), running.address).__enter__()
        except CourseError as fault:
            said = str(fault)
            if "cannot be reached" not in said:  # it is still starting
                break
    assert "dask worker tcp://127.0.0.1" in said
