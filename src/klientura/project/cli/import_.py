"""`klientura import FILE`: bring a table into the base from the command line, or only say what would happen."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from klientura.project.embedded.refusal import Refusal
from klientura.project.server.place import choose_data_dir

from .django_ready import add_data_argument, with_django
from .language import say, speaking
from .user import user_id_of

if TYPE_CHECKING:
    from klientura.kernel.access.actor import Actor
    from klientura.kernel.transfer.models import Import
    from klientura.kernel.transfer.plan import ImportPlan
    from klientura.kit.tabular.model import TableInfo

HELP = "help_import"
SHOWN_ISSUES = 20
PIECE = 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help=say("help_import_file"))
    parser.add_argument("--object", default="", metavar="KEY", help=say("help_import_object"))
    parser.add_argument("--dry-run", action="store_true", help=say("help_import_dry_run"))
    parser.add_argument("--encoding", default="", help=say("help_import_encoding"))
    parser.add_argument(
        "--column", action="append", default=[], metavar="TITLE=PATH", help=say("help_import_column")
    )
    parser.add_argument(
        "--match", action="append", default=None, metavar="KEY,KEY", help=say("help_import_match")
    )
    parser.add_argument(
        "--on-match", choices=("update", "skip", "create"), default="update", help=say("help_import_on_match")
    )
    parser.add_argument("--overwrite", action="store_true", help=say("help_import_overwrite"))
    parser.add_argument(
        "--bad-values", choices=("note", "reject"), default="note", help=say("help_import_bad_values")
    )
    parser.add_argument("--rejected", type=Path, metavar="FILE", help=say("help_import_rejected"))
    parser.add_argument("--user", default="", metavar="EMAIL", help=say("help_import_user"))
    add_data_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """0 when every row came in, 1 when some were rejected."""
    if not arguments.file.is_file():
        raise Refusal("file_missing", path=arguments.file)
    with with_django(choose_data_dir(arguments.data), "import"):
        from klientura.kernel.errors import KernelError

        try:
            return _import(arguments)
        except KernelError as error:
            raise Refusal("refused", text=error.message) from error


def _import(arguments: argparse.Namespace) -> int:
    from klientura.kernel.jobs import service
    from klientura.kernel.transfer import imports

    with speaking(), imports.acting(user_id_of(arguments.user)) as actor, speaking():
        record = _receive(actor, arguments)
        table = imports.table_of(record)
        plan = _plan(actor, arguments, record, table)
        _tell_plan(actor, table, plan)
        imports.save_plan(actor, record, plan)
        start = imports.check if arguments.dry_run else imports.begin
        job = start(actor, record, queue=False)
        try:
            job = service.run_inline(job)
        except KeyboardInterrupt:
            service.cancel(actor, job.pk)
            raise
        record.refresh_from_db()
        if job.state == "failed":
            raise Refusal("refused", text=job.message)
        result = record.check_result if arguments.dry_run else record.result
        rejected = imports.file_of(record).parent / "rejected.csv"
        # A check leaves nothing behind in the user's folders unless it was asked to.
        if rejected.exists() and (arguments.rejected or not arguments.dry_run):
            _keep_rejected(rejected, arguments.rejected, arguments.file)
        return _tell(result or {}, dry=arguments.dry_run)


def _receive(actor: Actor, arguments: argparse.Namespace) -> Import:
    from klientura.kernel.transfer import imports

    with arguments.file.open("rb") as stream:
        record = imports.receive(
            actor, arguments.file.name, iter(lambda: stream.read(PIECE), b""), arguments.object
        )
    if arguments.object and (record.plan or {}).get("object") != arguments.object:
        raise Refusal("object_unknown", key=arguments.object)
    if arguments.encoding:
        imports.change_reading(actor, record, {"encoding": arguments.encoding})
    return record


def _plan(actor: Actor, arguments: argparse.Namespace, record: Import, table: TableInfo) -> ImportPlan:
    from klientura.kernel.transfer.plan import default_match, plan_from_json

    plan = plan_from_json(record.plan or {})
    columns = list(plan.columns)
    for given in arguments.column:
        title, sign, path = given.rpartition("=")
        if not sign or title not in table.header:
            raise Refusal("column_unknown", title=title or given)
        columns[table.header.index(title)] = path
    keys = (
        default_match(actor, plan.shape, columns)
        if arguments.match is None
        else tuple(tuple(k.strip() for k in key.split(",")) for key in arguments.match if key)
    )
    return replace(
        plan,
        columns=tuple(columns),
        match=keys,
        on_match=arguments.on_match,
        fill="overwrite" if arguments.overwrite else "empty",
        bad_values=arguments.bad_values,
    )


def _tell_plan(actor: Actor, table: TableInfo, plan: ImportPlan) -> None:
    """Where each column goes, in words and as the path that --column takes; and what makes two records the same."""
    from klientura.kernel.transfer.paths import targets

    known, fields = targets(actor, plan.shape), plan.shape.fields
    print(say("import_mapping", object=str(plan.shape.plural)))
    for title, path in zip(table.header, plan.columns, strict=True):
        told = f"{known[path].label} ({path})" if path in known else path or say("import_column_left_out")
        print(f"  {title}: {told}")
    keys = [
        say("import_and").join(str(fields[k].label) if k in fields else k for k in key) for key in plan.match
    ]
    print(say("import_match", keys="; ".join(keys)) if keys else say("import_no_match"))


def _tell(result: Mapping[str, Any], *, dry: bool) -> int:
    from klientura.kernel.objects.registry import all_shapes

    counts = result["counts"]
    print(say("import_would" if dry else "import_did", rows=result["rows"]))
    for key in ("created", "updated", "unchanged", "merged", "skipped", "rejected", "with_remarks"):
        if counts.get(key):
            print(f"  {say(f'import_{key}')}: {counts[key]}")
    for key, numbers in result["made"].items():
        print(
            "  "
            + say(
                "import_made",
                object=str(all_shapes()[key].plural) if key in all_shapes() else key,
                created=numbers.get("created", 0),
                updated=numbers.get("updated", 0),
            )
        )
    issues = sorted(result["issues"], key=lambda i: i["severity"] != "error")
    for issue in issues[:SHOWN_ISSUES]:
        column = f", {issue['column']}" if issue["column"] else ""
        where = say("import_row", row=issue["row"]) + column
        print(f"  {where}: {issue['message']}" + (f" ({issue['value']})" if issue["value"] else ""))
    if len(issues) > SHOWN_ISSUES:
        print(say("import_more", count=sum(result["codes"].values()) - SHOWN_ISSUES))
    if not dry and result.get("operation_id"):
        print(say("import_operation", number=result["operation_id"]))
    return 1 if counts.get("rejected") else 0


def _keep_rejected(found: Path, wanted: Path | None, source: Path) -> None:
    """Copy the rejected rows to where they were wanted, else beside the file they come from."""
    target = wanted or source.with_name(f"{source.stem}.rejected.csv")
    try:
        shutil.copyfile(found, target)
    except OSError as error:
        print(say("file_not_writable", path=target, reason=error.strerror or error), file=sys.stderr)
    else:
        print(say("import_rejected_file", path=target.resolve()))
