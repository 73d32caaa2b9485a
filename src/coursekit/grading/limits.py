"""What a submission may use."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds are by the clock. Each run of a notebook (one to display, one to judge) has them for itself.

    `cell` seconds for a cell, `notebook` for all cells of a run, `function` for all questions to one function.
    `memory` in MB of address space for a process; `output` in bytes that a run may send; `processes` and threads at a
    time; `file` in MB for one file, which lives in memory and is gone afterwards.
    """

    cell: float = 30.0
    notebook: float = 180.0
    function: float = 10.0
    memory: int = 3072
    output: int = 2_000_000
    processes: int = 64
    file: int = 16
