"""The same benches on a Dask cluster: one in each worker process, submissions out, records back.

The bundle goes to the workers with a plugin, not as scattered data: a worker that joins later, or comes back after a
death, gets it too, and nothing is lost with the worker that held it.
"""

import ipaddress
import itertools
import logging
import time
import uuid
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from distributed import Client, Future, KilledWorker, Security, as_completed, get_worker
from distributed.comm import CommClosedError
from distributed.diagnostics.plugin import WorkerPlugin

import coursekit
from coursekit.grading.batch.bench import ATTEMPTS, GRADER, Bench, Graded, Work
from coursekit.grading.batch.job import Job
from coursekit.grading.bundle import Bundle, code_hash
from coursekit.grading.errors import CourseError

T = TypeVar("T")

_LOG = logging.getLogger("distributed")

#: How often a submission may be there when the cluster gives up on it. Dask counts a worker's death against all that
#: waited on it too, so the first time may be a neighbour's fault; the second time it is alone.
_KILLED = 2
_ENDED = "the workers that took it ended, one after the other"

_PATIENCE = 30  # seconds to find the scheduler, and a worker


class BenchPlugin(WorkerPlugin):  # type: ignore[misc]
    """Keeps one bench in a worker process."""

    def __init__(self, bundle: Bundle, factory: str, name: str) -> None:
        self.name = name
        self._bundle, self._factory = bundle, factory
        self.bench: Bench | None = None

    def setup(self, worker: Any) -> None:
        """Called by Dask in each worker, also in one that joins later."""
        self.bench = Bench(self._bundle, self._factory)

    def teardown(self, worker: Any) -> None:
        """Called by Dask when the worker ends, or when the plugin is taken away."""
        if self.bench is not None:
            self.bench.close()


def work_here(name: str, work: Work, content: bytes) -> Graded:
    """The task: grade or show one submission in the worker that this runs in."""
    plugin = get_worker().plugins[name]
    assert isinstance(plugin, BenchPlugin)
    assert plugin.bench is not None
    return plugin.bench.do(work, content)


class ClusterWorkers:
    """The workers of the Dask scheduler at `address`; `tls` is (authority's certificate, certificate, key) for tls://.

    Raises `CourseError` where it cannot be reached, has no workers, or they have another coursekit.
    """

    def __init__(
        self,
        bundle: Bundle,
        address: str,
        *,
        tls: tuple[Path | None, Path | None, Path | None] | None = None,
        factory: str = GRADER,
    ) -> None:
        self._bundle, self._address, self._factory = bundle, address, factory
        self._security = _security(address, tls)
        self._threads, self._ask_again = 0, 0.0
        self._name = f"coursekit-{bundle.assignment}-{uuid.uuid4().hex[:8]}"

    def __enter__(self) -> Self:
        _LOG.setLevel(logging.CRITICAL)  # what it would tell at length ends in one line of ours
        try:
            self._client = Client(
                self._address, security=self._security, timeout=_PATIENCE, set_as_default=False, name="coursekit"
            )
        except (OSError, ValueError, RuntimeError) as fault:
            _LOG.setLevel(logging.NOTSET)
            raise CourseError(
                f"the scheduler {self._address} cannot be reached ({_why(fault)}): see that it runs, and that address "
                "and certificates are right"
            ) from None
        try:
            self._welcome()
        except BaseException:
            self._client.close()
            _LOG.setLevel(logging.NOTSET)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, tb: TracebackType | None) -> None:
        with suppress(OSError, RuntimeError):  # a scheduler that is gone has nothing to give back
            self._client.unregister_worker_plugin(self._name)
        self._client.close()
        _LOG.setLevel(logging.NOTSET)

    def grade(self, tasks: Iterable[tuple[T, bytes]]) -> Iterator[tuple[T, Graded]]:
        """As in `workers.Workers`."""
        return self._all("grade", tasks)

    def show(self, tasks: Iterable[tuple[T, bytes]]) -> Iterator[tuple[T, Graded]]:
        """As in `workers.Workers`."""
        return self._all("show", tasks)

    def _all(self, work: Work, tasks: Iterable[tuple[T, bytes]]) -> Iterator[tuple[T, Graded]]:
        coming = iter(tasks)
        jobs: dict[Future, Job[T]] = {}
        suspects: deque[Job[T]] = deque()  # tried again at the end, one at a time: so none ends for a neighbour's fault
        done = as_completed(loop=self._client.loop, raise_errors=False)
        try:
            while True:
                for task in itertools.islice(coming, max(0, self._room() - len(jobs))):
                    self._submit(Job(*task, work), jobs, done)
                if not jobs:
                    if not suspects:
                        return
                    self._submit(suspects.popleft(), jobs, done)
                future = next(done)
                job = jobs.pop(future)
                graded = self._outcome(future, job)
                future.release()
                if graded is not None:
                    yield job.name, graded
                elif job.failures[-1] == _ENDED:
                    suspects.append(job)
                else:
                    self._submit(job, jobs, done)
        except CommClosedError:
            raise self._gone() from None
        finally:
            if jobs:
                with suppress(OSError, RuntimeError):
                    self._client.cancel(list(jobs))

    def _submit(self, job: Job[T], jobs: dict[Future, Job[T]], done: Any) -> None:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sending large graph")  # a large submission, once
            future = self._client.submit(
                work_here, self._name, job.work, job.content, key=f"{self._name}-{uuid.uuid4().hex}", pure=False
            )
        jobs[future] = job
        done.add(future)

    def _outcome(self, future: Future, job: Job[T]) -> Graded | None:
        """What came of a job; None where it is to be tried again."""
        try:
            return job.done(future.result())
        except CourseError:
            raise
        except KilledWorker:
            job.failures.append(_ENDED)
            again = job.failures.count(_ENDED) < _KILLED
        except (CancelledError, CommClosedError, OSError) as fault:
            if self._client.status != "running":
                raise self._gone() from None
            job.failures.append(f"the cluster gave it up ({fault})")
            again = len(job.failures) < ATTEMPTS
        except Exception as fault:
            job.failures.append(f"{type(fault).__name__}: {fault}"[:500])
            again = len(job.failures) < ATTEMPTS
        return None if again else job.given_up()

    def _room(self) -> int:
        # Two for each thread: one that is graded, and one that waits beside it. Workers come and go.
        if time.monotonic() >= self._ask_again:
            self._threads = sum(map(int, self._client.nthreads().values()))
            self._ask_again = time.monotonic() + 1.0
        return max(2, 2 * self._threads)

    def _gone(self) -> CourseError:
        return CourseError(
            f"the scheduler {self._address} is gone: what was graded is kept; start it again, and go on with --resume"
        )

    def _welcome(self) -> None:
        """See that the workers can do the work, and bring them what they need for it."""
        try:
            self._client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            raise CourseError(
                f"the scheduler {self._address} has no workers: start some with  dask worker {self._address} "
                "--nthreads 1"
            ) from None
        found = self._client.run(version, "coursekit", on_error="return")
        for address, theirs in found.items():
            if isinstance(theirs, PackageNotFoundError):
                raise CourseError(_install(address, "no coursekit"))
            if theirs != coursekit.__version__:
                raise CourseError(_install(address, f"coursekit {theirs}, and here is {coursekit.__version__}"))
        for address, code in self._client.run(code_hash, on_error="return").items():
            if code != self._bundle.code:
                raise CourseError(
                    f"{address} has other sources of coursekit {coursekit.__version__} than this machine, and might "
                    "give other grades: install the same ones there"
                )
        try:
            self._client.register_plugin(BenchPlugin(self._bundle, self._factory, self._name))
        except ImportError as fault:
            raise CourseError(_install("a worker", f"a part missing ({fault})")) from None
        if many := [address for address, threads in self._client.nthreads().items() if threads > 1]:
            print(
                f"coursekit: {len(many)} workers have several threads, which take turns at one grader: "
                "dask worker --nthreads 1 --nworkers N is faster",
                flush=True,
            )


def _why(fault: BaseException) -> str:
    """The first line of the cause that has one; asyncio's timeouts say nothing."""
    lines = [line for one in (fault.__cause__, fault) if one is not None for line in str(one).splitlines()]
    return lines[0] if lines else type(fault).__name__


def _install(address: str, there: str) -> str:
    return f'{address} has {there}: run  pip install "coursekit[cluster]=={coursekit.__version__}"  there'


def _security(address: str, tls: tuple[Path | None, Path | None, Path | None] | None) -> Security | None:
    if address.startswith("tls://"):
        if tls is None or not all(tls):
            raise CourseError("a tls:// scheduler needs --tls-ca, --tls-cert and --tls-key")
        for path in tls:
            if path is not None and not path.is_file():
                raise CourseError(f"{path} is not there: name the file with the certificate or key")
        ca, cert, key = map(str, tls)
        return Security(tls_ca_file=ca, tls_client_cert=cert, tls_client_key=key, require_encryption=True)
    if tls is not None:
        raise CourseError(f"certificates are for a tls:// address, and {address} is none")
    if not _is_loopback(address.partition("://")[2].rpartition(":")[0].strip("[]")):
        print(
            f"{address} is not encrypted: whoever is on that network can read the submissions and run code on the "
            "workers. Use tls:// beyond this machine.",
            flush=True,
        )
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
