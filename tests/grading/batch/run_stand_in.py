"""A run of the batch with the stand-in for a grader and all else as it is: run_stand_in.py COURSE [--resume]."""

import sys
from pathlib import Path

from coursekit.grading.batch.quick_start import leave_out_slow_imports


def main(root: Path, resume: bool) -> int:
    leave_out_slow_imports()
    from coursekit.grading.batch.commands import told
    from coursekit.grading.batch.progress import Progress
    from coursekit.grading.batch.run import grade_batch
    from coursekit.grading.batch.workers import LocalWorkers
    from coursekit.grading.bundle import bundle_of
    from coursekit.grading.errors import CourseError
    from coursekit.grading.gradebook.writer import GradebookWriter
    from coursekit.grading.reports import page

    bundle = bundle_of(root, "activations")
    try:
        with LocalWorkers(bundle, 2, "stand_in:StandIn") as workers:
            summary = grade_batch(
                root,
                bundle,
                workers,
                lambda: GradebookWriter(root, bundle),
                page=page.write,
                resume=resume,
                progress=Progress(sys.stdout),
            )
    except CourseError as fault:
        print(fault, file=sys.stderr)
        return 2
    print(told(summary, root))
    return 0 if summary.complete else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), "--resume" in sys.argv[2:]))
