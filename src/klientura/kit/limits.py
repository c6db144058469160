"""Limits under which a process of its own does risky work."""


def limit(memory: int, seconds: int, grace: int) -> None:
    """End this process when it takes more than `memory` bytes, or `seconds` of processor time and does not stop within `grace` more.

    Where the system has no such limits (Windows), nothing is limited: whoever started the process still ends it by the clock.
    """
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + grace))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
