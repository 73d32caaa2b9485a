"""A local worker process: `python -m coursekit.grading.batch.worker FD`, with a socket to its master at FD.

It is started afresh, not forked, so that it holds nothing of the master: no open ledger, no gradebook, no threads.
"""

import os
import queue
import signal
import sys
import threading
from multiprocessing.connection import Connection
from types import FrameType

from coursekit.grading.batch.bench import Bench, Work
from coursekit.grading.batch.quick_start import leave_out_slow_imports
from coursekit.grading.errors import CourseError


def main(handle: int) -> None:
    """Serve the master until it says None, or is gone."""
    leave_out_slow_imports()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the master ends its workers
    signal.signal(signal.SIGTERM, _leave)
    with Connection(handle) as master:
        bundle, factory = master.recv()
        bench = Bench(bundle, factory)
        try:
            incoming: queue.SimpleQueue[tuple[Work, bytes] | None] = queue.SimpleQueue()
            threading.Thread(target=_listen, args=(master, incoming), daemon=True).start()
            while (job := incoming.get()) is not None:
                try:
                    answer: object = bench.do(*job)
                except CourseError as fault:
                    answer = fault
                master.send(answer)
        finally:
            bench.close()


def _listen(master: Connection, incoming: "queue.SimpleQueue[tuple[Work, bytes] | None]") -> None:
    # Always listening, so that the master never waits to be heard while a result waits to be taken; and when the master
    # is killed, this process does not finish the submission first.
    try:
        while (job := master.recv()) is not None:
            incoming.put(job)
        incoming.put(None)
    except (EOFError, OSError):
        os._exit(1)


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
