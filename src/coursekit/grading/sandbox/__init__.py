"""The trusted side of the sandbox: it starts the process that student code runs in, and believes nothing it says."""

from coursekit.grading.sandbox.asking import Question
from coursekit.grading.sandbox.errors import SandboxError
from coursekit.grading.sandbox.outputs import CellRun
from coursekit.grading.sandbox.probing import how, in_force
from coursekit.grading.sandbox.sandbox import Sandbox
from coursekit.grading.sandbox.session import Asked, Session

__all__ = ["Asked", "CellRun", "Question", "Sandbox", "SandboxError", "Session", "how", "in_force"]
