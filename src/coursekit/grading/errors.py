"""The one exception that the commands turn into a line of text."""


class CourseError(Exception):
    """A fault of whoever called: the message says what is wrong, where, and what to do."""
