"""What a web process loads: the WSGI application, in a process that does not outlive its parent."""

from klientura.project.embedded.unprivileged import die_with_parent

die_with_parent()

from klientura.project.wsgi import application  # noqa: E402  # first the tie, then the long import

__all__ = ["application"]
