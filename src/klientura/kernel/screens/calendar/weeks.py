"""With which day a week begins for whoever looks."""

from typing import Final

from klientura.kernel.web.requests import Request

MONDAY: Final = 0
SUNDAY: Final = 6
CHOSEN: Final = {"monday": MONDAY, "sunday": SUNDAY}


def first_weekday(asked: Request) -> int:
    """As the reader has chosen; else Sunday for American English, Monday for everybody else."""
    chosen = CHOSEN.get(asked.actor.week_start)
    if chosen is not None:
        return chosen
    first = asked.headers.get("Accept-Language", "").partition(",")[0].partition(";")[0].strip().lower()
    return SUNDAY if asked.actor.language == "en" and first == "en-us" else MONDAY
