"""Forecasting from outside: rows go to a limited process, forecasts come back one by one."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any, Final

import orjson

from klientura.kit.forecasting import child

LIBRARY: Final = "statsforecast"
MEMORY_LIMIT: Final = 3 * 1024**3
"""Of addresses, most of them never used: the library itself asks for half a gigabyte."""
CPU_SECONDS: Final = 900
CENT: Final = Decimal("0.01")


class ForecastProblem(Exception):
    """The process gave up: `not_installed`, or `broken`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Forecast:
    """What was said of a row: sums to the hundredth, lower bound ≤ mean ≤ upper bound; how the models did on the past, the best first."""

    model: str
    season: int
    horizon: int
    trials: int
    mean: list[Decimal]
    low: list[Decimal]
    high: list[Decimal]
    cut: bool
    learnt: dict[str, Any]
    tried: list[dict[str, Any]]


def is_installed() -> bool:
    """Whether the library is there; it is not loaded for that."""
    try:
        return find_spec(LIBRARY) is not None
    except ValueError:
        return False


def library_version() -> str:
    """Which one it is."""
    try:
        return version(LIBRARY)
    except PackageNotFoundError:
        return ""


def forecasts(rows: Sequence[Sequence[Decimal]]) -> Iterator[Forecast | None]:
    """The forecast of each row of months, in their order; None for too few of them. Raises ForecastProblem."""
    if not is_installed():
        raise ForecastProblem("not_installed")
    command = [sys.executable, "-P", str(Path(child.__file__)), str(MEMORY_LIMIT), str(CPU_SECONDS)]
    with subprocess.Popen(  # noqa: S603 - our own script, no shell
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise ForecastProblem("broken")
        # Written beside the reading: neither side waits for the other's full pipe.
        sending = Thread(
            target=_send, args=(process.stdin, [[str(v) for v in row] for row in rows]), daemon=True
        )
        sending.start()
        try:
            for _ in rows:
                yield _read(process.stdout.readline())
        finally:
            process.kill()
            sending.join()


def _send(stream: Any, rows: list[list[str]]) -> None:
    try:
        stream.write(orjson.dumps(rows))
        stream.close()
    except OSError:  # it has ended; the reader hears of it
        return


def _read(line: bytes) -> Forecast | None:
    if not line.endswith(b"\n"):
        raise ForecastProblem("broken")
    said = orjson.loads(line)
    if said is None:
        return None
    if "error" in said:
        raise ForecastProblem(said["error"])
    said |= {key: [Decimal(repr(v)).quantize(CENT) for v in said[key]] for key in ("mean", "low", "high")}
    return Forecast(**said)
