"""What came of a check or of an import, in words, numbers and links."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.screens.imports.tray import bar
from klientura.kernel.screens.language import lang
from klientura.kernel.store.models import Operation
from klientura.kernel.transfer import imports, opening
from klientura.kernel.transfer.models import Import
from klientura.kernel.transfer.report import REJECTED, REMARKS
from klientura.kernel.views.links import list_url
from klientura.kit.formats import format_decimal

# What issues of one sort have in common, when each has a sentence of its own.
REASONS = {
    "corrected": gettext_lazy("Corrected in reading: what was read stands beside"),
    "several": gettext_lazy("Several records fit"),
}
DIFFERENT = gettext_lazy("For different reasons, which stand beside")
REPORTS = {"rejected": REJECTED, "remarks": REMARKS}


def _numbers(record: Import, result: dict[str, Any]) -> list[tuple[str, dict[str, int]]]:
    """Created and updated records by object, the object of the import first."""
    main = (record.plan or {}).get("object")
    made = [(k, n) for k, n in (result.get("made") or {}).items() if k in all_shapes() and any(n.values())]
    return sorted(made, key=lambda pair: pair[0] != main)


def made(record: Import, result: dict[str, Any]) -> list[str]:
    """What came of it, in words: «Organisations: 12 new, 3 updated»."""
    lines = []
    for key, numbers in _numbers(record, result):
        lines.append(
            _("{objects}: {created} new, {updated} updated").format(
                objects=all_shapes()[key].plural,
                created=format_decimal(numbers.get("created", 0), lang()),
                updated=format_decimal(numbers.get("updated", 0), lang()),
            )
        )
    return lines


def report(record: Import, result: dict[str, Any]) -> dict[str, Any]:
    """What the pages of a check and of a result share."""
    job = Job.objects.filter(pk=record.job_id or 0).first()
    counts = result.get("counts", {})
    folder = imports.file_of(record).parent
    labels = {
        "created": _("New"), "updated": _("Updated"), "unchanged": _("Unchanged"), "merged": _("Joined with another row"),
        "skipped": _("Left out"), "rejected": _("Rejected"), "with_remarks": _("With remarks"),
    }  # fmt: skip
    return {
        "record": record,
        "taken": {"most": opening.MAX_FILE, "too_large": opening.SENTENCES["too_large"]},
        "busy": record.state in imports.BUSY,
        "bar": bar(job) if job else None,
        "error": result.get("error", ""),
        "rows": result.get("rows", 0),
        "rows_text": ngettext("{n} row", "{n} rows", result.get("rows", 0)).format(
            n=format_decimal(result.get("rows", 0), lang())
        ),
        "counts": [
            {"label": label, "value": format_decimal(counts[key], lang())} for key, label in labels.items() if counts.get(key)
        ],
        "made": made(record, result),
        "stopped": result.get("state") == "cancelled",
        "useful": bool(counts.get("created") or counts.get("updated")),
        "issue_columns": [
            {"label": _("Row"), "align": "end"}, {"label": _("Column")}, {"label": _("What is wrong")},
        ],
        "errors": _groups(result, errors=True),
        "remarks": _groups(result, errors=False),
        "reports": [name for name, file in REPORTS.items() if (folder / file).exists()],
        "active": "imports",
    }  # fmt: skip


def _groups(result: Mapping[str, Any], *, errors: bool) -> list[dict[str, Any]]:
    """Issues of the same sort in the same column together, the most frequent first, each with its first examples."""
    found: dict[str, dict[str, Any]] = {}
    for issue in result.get("issues", []):
        if (issue["severity"] == "error") != errors:
            continue
        key = f"{issue['severity']}:{issue['code']}:{issue['column']}"
        group = found.setdefault(
            key,
            {
                "code": issue["code"],
                "column": issue["column"] or _("whole row"),
                "message": issue["message"],
                "rows": [],
            },
        )
        if group["message"] != issue["message"]:  # the sentences quote what stood in the cells
            group["message"] = str(REASONS.get(issue["code"], DIFFERENT))
        group["rows"].append(
            [str(issue["row"]), issue["column"] or _("whole row"), issue["value"], issue["message"]]
        )
    numbers, told = result.get("groups", {}), result.get("told", {})
    for key, group in found.items():
        number = max(numbers.get(key, 0), len(group["rows"]))
        group["number"] = number
        group["count"] = ngettext("%(count)s row", "%(count)s rows", number) % {
            "count": format_decimal(number, lang())
        }
        group["more"] = ""
        if number > len(group["rows"]):
            group["more"] = _("Only the first are shown; the file holds all of them.")
            if told.get(key) == len(group["rows"]):  # the rows left out hold what an earlier row has told
                group["more"] = _("Each name is shown at its first row.")
    return sorted(found.values(), key=lambda g: -g["number"])


def spans(record: Import) -> list[dict[str, Any]]:
    """Conditions for the lists of what was made: by who made it and when."""
    operation = Operation.objects.filter(pk=record.operation_id or 0).first()
    if operation is None or operation.finished_at is None:
        return []
    span = [operation.started_at.isoformat(), operation.finished_at.isoformat()]
    tree = {
        "and": [
            {"field": "created_at", "op": "between", "value": span},
            {"field": "created_by", "op": "eq", "value": record.actor_id},
        ]
    }
    return [
        {"key": key, "tree": tree}
        for key, numbers in _numbers(record, record.result or {})
        if numbers.get("created")
    ]


def link(span: Mapping[str, Any]) -> dict[str, str]:
    """A link to a list."""
    shape = all_shapes()[span["key"]]
    return {"label": str(shape.plural), "icon": shape.spec.icon, "url": list_url(shape.key, span["tree"])}


def lists(record: Import) -> list[dict[str, str]]:
    """Links to the lists of what was made. After an undo its own numbers lead there."""
    return [link(span) for span in spans(record)] if record.state != "undone" else []
