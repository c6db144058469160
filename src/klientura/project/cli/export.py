"""`klientura export`: write any list to a CSV or XLSX file."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from klientura.project.embedded.refusal import Refusal
from klientura.project.server.place import choose_data_dir

from .django_ready import add_data_argument, with_django
from .language import say, speaking
from .user import user_id_of

HELP = "help_export"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--object", required=True, metavar="KEY", help=say("help_export_object"))
    parser.add_argument("--to", required=True, type=Path, metavar="FILE", help=say("help_export_to"))
    parser.add_argument("--filter", default="", metavar="JSON", help=say("help_export_filter"))
    parser.add_argument("--search", default="", metavar="TEXT", help=say("help_export_search"))
    parser.add_argument("--sort", default="", metavar="FIELD", help=say("help_export_sort"))
    parser.add_argument("--columns", default="", metavar="A,B,C", help=say("help_export_columns"))
    parser.add_argument(
        "--encoding", choices=("utf-8-sig", "cp1251"), default="utf-8-sig", help=say("help_export_encoding")
    )
    parser.add_argument("--user", default="", metavar="EMAIL", help=say("help_import_user"))
    add_data_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """0 when the file is written."""
    tree = _tree(arguments.filter)
    suffix = arguments.to.suffix.lower()
    if suffix not in {".csv", ".xlsx"}:
        raise Refusal("export_suffix", path=arguments.to)
    with with_django(choose_data_dir(arguments.data), "export"):
        from klientura.kernel.errors import KernelError
        from klientura.kernel.transfer import exports, imports

        wanted: dict[str, Any] = {
            "object": arguments.object,
            "columns": [c.strip() for c in arguments.columns.split(",") if c.strip()],
            "tree": tree,
            "sort": arguments.sort,
            "search": arguments.search,
            "format": suffix[1:],
            "encoding": arguments.encoding,
        }
        try:
            with speaking(), imports.acting(user_id_of(arguments.user)) as actor, speaking():
                number = exports.write(actor, exports.export_from_json(wanted), arguments.to)
        except KernelError as error:
            raise Refusal("refused", text=error.message) from error
        except OSError as error:
            raise Refusal("file_not_writable", path=arguments.to, reason=error.strerror or error) from error
    print(say("exported", count=number, path=arguments.to))
    return 0


def _tree(text: str) -> Any:
    if not text:
        return None
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal("filter_not_json") from None
    if not isinstance(tree, dict):
        raise Refusal("filter_not_json")
    return tree
