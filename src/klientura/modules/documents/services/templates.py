"""Papers made by templates of the company's own."""

from typing import Any, Final, NamedTuple, cast

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.approvals.demands import demands_on
from klientura.kernel.approvals.gate import reasons_left
from klientura.kernel.errors import BadRequest, FieldError, Invalid, NotFound
from klientura.kernel.fields.files import FileRef
from klientura.kernel.files.storage import storage
from klientura.kernel.objects.batch import Batch
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kit.filling.filler import BadTemplate, Kind, fill
from klientura.kit.formats import Language
from klientura.modules.documents.errors import TEMPLATE_FAULTS
from klientura.modules.documents.queries.values import values_of
from klientura.modules.documents.services.printing import font_paths

PRODUCT: Final = SystemActor("whether a paper is a draft is no secret to the rule about drafts")
UNAPPROVED: Final = _(
    "This draft needs an approval before it is printed by a template of your own. Its own PDF says “Draft” until then."
)


class Made(NamedTuple):
    """A paper that a template made: its name without an ending, what it is, its bytes."""

    name: str
    form: Kind
    content: bytes


def before_write_template(batch: Batch, _actor: Any) -> None:
    """A template holds what its form needs."""
    for draft in batch:
        needed = "file" if draft.get("form") == "docx" else "typst"
        if not draft.get(needed):
            draft.refuse(needed, "required", TEMPLATE_FAULTS["empty"])


def templates_for(actor: Actor, key: str) -> list[Row]:
    """The templates that are offered on the cards of an object."""
    tree = {
        "and": [
            {"field": "about", "op": "eq", "value": key},
            {"field": "is_active", "op": "eq", "value": True},
        ]
    }
    keys = ["title", "form", "note"]
    return read.page(
        actor, shape_of("paper_template"), tree=tree, sort="name", limit=read.MAX_LIMIT, keys=keys
    ).rows


def make(actor: Actor, template_id: int, key: str, record_id: int) -> Made:
    """Fill a template in from a record, both read with the actor's rights.

    Raises NotFound, also for a template of another kind of record, Invalid for a draft that needs an approval, and BadRequest
    that says what is wrong with the template.
    """
    template = read.get(actor, shape_of("paper_template"), template_id)
    if template.get("about") != key:
        raise NotFound
    _refuse_unapproved(actor, key, record_id)
    language: Language = "en" if template.get("language") == "en" else "ru"
    with translation.override(language):
        values = values_of(actor, shape_of(key), record_id, language)
    form = cast("Kind", template["form"])
    try:
        content = fill(form, _content(template), values, language, fonts=font_paths())
    except BadTemplate as wrong:
        raise BadRequest(
            str(TEMPLATE_FAULTS[wrong.code]).format(detail=wrong.detail), code=wrong.code
        ) from wrong
    title = read.titles(actor, shape_of(key), [record_id]).get(record_id) or f"№ {record_id}"
    return Made(f"{template['title']} — {title}", form, content)


def _refuse_unapproved(actor: Actor, key: str, record_id: int) -> None:
    """A draft whose price takes an approval is not printed by a template, which says nowhere that it is a draft."""
    shape = shape_of(key)
    if not demands_on(shape):
        return
    read.get(actor, shape, record_id, keys=["id"])
    if read.get(PRODUCT, shape, record_id, keys=["status"])["status"] == "draft" and reasons_left(
        actor, shape, record_id
    ):
        raise Invalid([FieldError("approval", "approval", UNAPPROVED)])


def _content(template: Row) -> bytes:
    """The bytes of a template. Raises BadTemplate."""
    if template["form"] == "typst":
        return str(template.get("typst") or "").encode()
    file = next((each for each in template.get("file") or () if isinstance(each, FileRef)), None)
    if file is None:
        raise BadTemplate("empty")
    try:
        with storage().open(file.sha256) as stream:
            return stream.read()
    except FileNotFoundError:
        raise BadTemplate("damaged") from None
