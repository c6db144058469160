"""The process in which a template of a user is filled in, under limits of memory and time.

Run as a script with the arguments memory limit in bytes and seconds of processor time. It reads one line of JSON:
{"kind": "docx" | "typst", "template": base64, "values": {…}, "language", "fonts"}; it writes a line of JSON, {"ok": true} and then the
made file, or {"error": code, "detail": text, "line": number}.
"""

import base64
import io
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import orjson

from klientura.kit.filling.words import filters, read, texts
from klientura.kit.limits import limit


class Refused(Exception):
    """Why a template could not be filled in."""

    def __init__(self, code: str, detail: str = "", line: int | None = None) -> None:
        super().__init__(code)
        self.told = {"error": code, "detail": detail[:300], "line": line}


def docx(template: bytes, values: Any, language: Any) -> bytes:
    """A DOCX filled in by Jinja in a sandbox: no code of the template reaches anything but the values."""
    from docx.opc.exceptions import PackageNotFoundError
    from docxtpl import DocxTemplate
    from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    surroundings = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    surroundings.filters.update(filters(language))
    try:
        paper = DocxTemplate(io.BytesIO(template))
        paper.render({key: read(each) for key, each in values.items()}, surroundings, autoescape=True)
        made = io.BytesIO()
        paper.save(made)
    except SecurityError as wrong:
        raise Refused("forbidden", str(wrong)) from wrong
    except UndefinedError as wrong:
        raise Refused("unknown", (re.findall(r"'([^']+)'", str(wrong)) or [str(wrong)])[-1]) from wrong
    except TemplateSyntaxError as wrong:
        raise Refused("syntax", str(wrong)) from wrong
    except (PackageNotFoundError, KeyError) as wrong:
        raise Refused("damaged", str(wrong)) from wrong
    except (TypeError, ValueError, AttributeError, ArithmeticError, LookupError) as wrong:
        raise Refused("mistake", str(wrong)) from wrong
    return made.getvalue()


def typeset(template: bytes, values: Any, fonts: list[str]) -> bytes:
    """A Typst template as a PDF; it sees an empty folder and no packages, and has its values as `d`."""
    import typst

    source = template.decode("utf-8", "replace")
    if "@" in source and any(f'"@{space}' in source for space in ("preview", "local")):
        raise Refused("forbidden", "import @")
    with tempfile.TemporaryDirectory() as folder:
        main = Path(folder, "main.typ")
        main.write_text("#let d = json(bytes(sys.inputs.data)); " + source, encoding="utf-8")
        try:
            made = typst.compile(
                str(main), root=folder, sys_inputs={"data": orjson.dumps(texts(values)).decode()}, format="pdf", font_paths=fonts
            )  # fmt: skip
        except typst.TypstError as wrong:
            raise Refused("typst", str(wrong)) from wrong
    return bytes(made)


def main() -> int:
    """Fill in what stands on standard input; the exit code tells nothing, the first line does."""
    memory, seconds = sys.argv[1:3]
    limit(int(memory), int(seconds), 2)
    asked = orjson.loads(sys.stdin.buffer.read())
    template = base64.b64decode(asked["template"])
    try:
        made = (
            docx(template, asked["values"], asked["language"])
            if asked["kind"] == "docx"
            else typeset(template, asked["values"], asked["fonts"])
        )
        told: dict[str, Any] = {"ok": True}
    except Refused as wrong:
        made, told = b"", wrong.told
    except MemoryError:
        made, told = b"", {"error": "too_large"}
    except Exception as wrong:  # noqa: BLE001 - whatever the libraries raise means one thing
        made, told = b"", {"error": "damaged", "detail": str(wrong)[:300]}
    sys.stdout.buffer.write(orjson.dumps(told) + b"\n" + made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
