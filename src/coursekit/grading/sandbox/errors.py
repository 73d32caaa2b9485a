"""The fault that is ours."""


class SandboxError(Exception):
    """The sandbox itself failed: it did not start, or it ended before a student's code ran."""
