"""What a command of the course says when it cannot do what was asked."""


class CourseError(ValueError):
    """A command cannot go on; its message is one line that says why and what to do."""
