"""What is said of a row that fits several records: which they are, and what would tell them apart."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read
from klientura.kernel.transfer.matching import SHARED, Known, Register, Several
from klientura.kernel.transfer.paths import NAME_FIELDS
from klientura.kernel.transfer.plan import ImportPlan, match_choices
from klientura.kernel.transfer.rows import ParsedRow, Side

NAMED = 3
MOST_KEYS = 2

type Doubtful = tuple[ParsedRow, Side, Several]


def reject_several(actor: Actor, plan: ImportPlan, register: Register, items: Sequence[Doubtful]) -> None:
    """Refuse rows of which it cannot be said whom they mean. One query for the titles of all candidates."""
    if not items:
        return
    ids = {k.id for _row, _side, several in items for k in several.fitting if k.id is not None and k.id > 0}
    titles = read.titles(actor, register.shape, sorted(ids))
    offered = match_choices(actor, plan.shape, plan.columns) if register.shape.key == plan.object else []
    for row, side, several in items:
        told = [text for k in several.fitting if (text := _told(register.shape, k, titles))]
        helping = [k for k in offered if k not in plan.match and register.would_tell(side, k)]
        row.reject("", "", "several", f"{_whom(told)} {_advice(register.shape, helping)}")


def title_of(side: Side) -> str:
    """What a record of the file is called before it is written."""
    named = side.values.get("name") or " ".join(
        str(side.values[k]) for k in NAME_FIELDS if side.values.get(k)
    )
    return str(named)


def _told(shape: Shape, known: Known, titles: Mapping[int, str]) -> str:
    """A candidate with the numbers it is known by; empty when it is not open to the reader."""
    if known.stored and known.id not in titles:
        return ""
    title = titles.get(known.id or 0) or known.title
    numbers = [
        f"{shape.fields[k].label} {value}"
        for k, value in known.fields.items()
        if k in shape.fields and k not in SHARED and isinstance(value, str)
    ]
    named = ", ".join([f"«{title}»", *numbers])
    if known.stored:
        return _("%(record)s (in the base)") % {"record": named}
    return _("%(record)s (row %(row)s of this file)") % {"record": named, "row": known.row}


def _whom(told: Sequence[str]) -> str:
    if not told:
        return _("Several records fit this row.")
    records = "; ".join(told[:NAMED])
    if len(told) > NAMED:
        return _("%(count)s records fit this row, among them: %(records)s.") % {
            "count": len(told),
            "records": records,
        }
    return _("Several records fit this row: %(records)s.") % {"records": records}


def _advice(shape: Shape, keys: Sequence[tuple[str, ...]]) -> str:
    if not keys:
        return _(
            "Add a column that tells them apart: a tax number, a phone or an e-mail. Or bring the rejected rows by"
            " themselves afterwards and choose “Make a new one”."
        )
    labels = [" + ".join(_capital(str(shape.fields[k].label)) for k in key) for key in keys[:MOST_KEYS]]
    return _(
        "To tell them apart, tick %(keys)s under “The same record is known by”. Or bring the rejected rows by themselves"
        " afterwards and choose “Make a new one”."
    ) % {"keys": ", ".join(f"«{label}»" for label in labels)}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
