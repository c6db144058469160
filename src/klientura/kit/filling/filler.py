"""Fills in templates of users in a process of their own: what runs too long or wants too much ends there."""

import base64
import io
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal
from zipfile import BadZipFile, ZipFile

import orjson

from klientura.kit.filling import child
from klientura.kit.formats import Language

type Kind = Literal["docx", "typst"]
MEMORY: Final = 2 * 1024 * 1024 * 1024
CPU_SECONDS: Final = 10
WAIT_SECONDS: Final = 40
MOST_UNPACKED: Final = 100 * 1024 * 1024
MOST_MEMBERS: Final = 2_000
MOST_MADE: Final = 50 * 1024 * 1024


class BadTemplate(Exception):
    """A template that cannot be filled in.

    `code`: damaged, syntax, unknown (a name that the values have not), forbidden, mistake (of reckoning), typst,
    too_large, too_long. `detail` is what the libraries said.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def fill(
    kind: Kind, template: bytes, values: Mapping[str, Any], language: Language, *, fonts: Sequence[str] = ()
) -> bytes:
    """The template filled in: a DOCX of a DOCX, a PDF of Typst.

    `values` are as `words.read` takes them. Raises BadTemplate.
    """
    if kind == "docx":
        _check_size(template)
    asked = {
        "kind": kind, "template": base64.b64encode(template).decode(), "values": values, "language": language, "fonts": list(fonts),
    }  # fmt: skip
    command = [sys.executable, "-P", str(Path(child.__file__)), str(MEMORY), str(CPU_SECONDS)]
    try:
        done = subprocess.run(  # noqa: S603 - our own script, no shell
            command, input=orjson.dumps(asked), capture_output=True, timeout=WAIT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise BadTemplate("too_long") from None
    head, _newline, made = done.stdout.partition(b"\n")
    try:
        told = orjson.loads(head)
    except orjson.JSONDecodeError:
        # It ended without a word: by the limit of time (SIGXCPU, SIGKILL) or of memory.
        raise BadTemplate("too_long" if done.returncode in {-9, -24} else "too_large") from None
    if "error" in told:
        raise BadTemplate(told["error"], told.get("detail", ""))
    if len(made) > MOST_MADE:
        raise BadTemplate("too_large")
    return made


def _check_size(template: bytes) -> None:
    """An archive that unpacks to far more than it is, is not opened."""
    try:
        with ZipFile(io.BytesIO(template)) as archive:
            members = archive.infolist()
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        raise BadTemplate("damaged") from None
    if sum(m.file_size for m in members) > MOST_UNPACKED or len(members) > MOST_MEMBERS:
        raise BadTemplate("too_large")
