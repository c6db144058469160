"""Templates of letters: kept, and filled in with values of records that are open to who writes.

A place names a kind of record and a field of it, {person.first_name}; there are no conditions and no loops. What a place
takes is read by the writer's own rights at that moment, so a template shows nobody what is closed to them.
"""

import html as markup
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable
from klientura.kernel.errors import Denied, FieldError, Invalid, NotFound, Stale
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import FieldShape
from klientura.kernel.rules.telling import in_messages, pieces
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kit.letters import writing
from klientura.modules.conversations.models import Template
from klientura.modules.conversations.queries.templates import open_template
from klientura.modules.conversations.services.ties import abouts

PLACE: Final = re.compile(r"\{([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)\}")
WRITER: Final = "user"
BLANK: Final = "____"
"""What stands where there is no value."""
MOST_HTML: Final = 100_000


@dataclass(frozen=True, slots=True)
class Filled:
    """A letter made of a template, and the places that found no value."""

    subject: str
    html: str
    missing: list[str]


def kinds(actor: Actor) -> list[str]:
    """The kinds of record whose values a template may take: clients, and what is about them."""
    clients = [key for key in ("person", "organisation") if key in all_shapes()]
    return [key for key in (*clients, *abouts(actor)) if may(actor, shape_of(key), "read")]


def places(actor: Actor) -> dict[str, list[tuple[str, str]]]:
    """What may be put into a template, by the kind of record: the place, and its name in words."""
    found = {
        str(shape_of(key).label): [
            (f"{{{key}.{field.key}}}", field.heading)
            for field in readable(actor, shape_of(key)).values()
            if in_messages(field) and not field.system
        ]
        for key in kinds(actor)
    }
    return {
        **found,
        _now("The writer"): [(f"{{{WRITER}.{key}}}", label) for key, label in _writer_labels().items()],
    }


def _writer_labels() -> dict[str, str]:
    return {"name": pgettext("writer of a letter", "Name"), "email": pgettext("writer of a letter", "E-mail")}


@transaction.atomic
def keep_template(
    actor: Actor,
    template: Template | None,
    *,
    name: str,
    subject: str,
    html: str,
    shared: bool,
    expected_version: int | None = None,
) -> Template:
    """Keep a template of one's own; one of all by administrators. Raises Invalid, Denied, and Stale when somebody changed it
    since the version that the actor saw."""
    if actor.user_id is None or (shared and not actor.is_admin):
        raise Denied
    made = _held(template) if template else Template(version=0)
    if made.pk and not may_change(actor, made):
        raise Denied
    if template and made.version != (template.version if expected_version is None else expected_version):
        raise Stale
    made.owner_id = None if shared else made.owner_id if made.pk and made.owner_id else actor.user_id
    made.name = " ".join(name.split())[:120]
    made.subject = " ".join(subject.split())[:500]
    made.html = writing.tidy(html)
    errors = [] if made.name else [FieldError("name", "required", _("Fill this in."))]
    if len(made.html) > MOST_HTML:
        errors.append(FieldError("html", "long", _("This is too long for a letter.")))
    if strange := _strange(actor, made):
        text = _("There is nothing called %(places)s here.") % {"places": ", ".join(strange)}
        errors.append(FieldError("html", "place", text))
    if errors:
        raise Invalid(errors)
    made.version += 1
    made.save()
    return made


def _held(template: Template) -> Template:
    """A template as it stands now, held until it is kept. Raises NotFound."""
    found = Template.objects.select_for_update().filter(pk=template.pk).first()
    if found is None:
        raise NotFound
    return found


def may_change(actor: Actor, template: Template) -> bool:
    """Whether an actor may change a template: their own, and as an administrator those of all."""
    return template.owner_id == actor.user_id if template.owner_id else actor.is_admin


def drop_template(actor: Actor, template_id: int) -> None:
    """Delete a template. Raises NotFound, Denied."""
    found = open_template(actor, template_id)
    if not may_change(actor, found):
        raise Denied
    found.delete()


def _strange(actor: Actor, template: Template) -> list[str]:
    """The places of a template that name nothing its author sees."""
    known = {place for group in places(actor).values() for place, _label in group}
    return sorted({m[0] for text in (template.subject, template.html) for m in PLACE.finditer(text)} - known)[
        :5
    ]


def filled(actor: Actor, subject: str, html: str, records: Mapping[str, int]) -> Filled:
    """A letter of a template, with values of some records as far as they are open to the actor; one query a record."""
    rows: dict[str, Row] = {}
    for key in {m[1] for text in (subject, html) for m in PLACE.finditer(text)} & set(records):
        try:
            rows[key] = read.get(actor, shape_of(key), records[key])
        except NotFound:
            continue
    missing: list[str] = []

    def put(escape: Callable[[str], str]) -> Callable[[re.Match[str]], str]:
        def value(match: re.Match[str]) -> str:
            text = _value(actor, match[1], match[2], rows)
            if not text:
                missing.append(_called(actor, match))
            return escape(text or BLANK)

        return value

    made_subject = PLACE.sub(put(str), subject)
    made_html = writing.tidy(PLACE.sub(put(markup.escape), html))
    return Filled(" ".join(made_subject.split())[:500], made_html, list(dict.fromkeys(missing)))


def _value(actor: Actor, key: str, name: str, rows: Mapping[str, Row]) -> str:
    if key == WRITER:
        return {"name": actor.name, "email": actor.email}.get(name, "")
    field = _field(actor, key, name)
    if field is None or key not in rows or rows[key].get(name) in (None, ""):
        return ""
    [piece] = pieces(f"{{{name}}}", {name: field}, rows[key])
    return str(piece["text"])


def _field(actor: Actor, key: str, name: str) -> FieldShape | None:
    """The field that a place names, if the actor sees it and its values may stand in a text."""
    if key not in all_shapes() or not may(actor, shape_of(key), "read"):
        return None
    field = readable(actor, shape_of(key)).get(name)
    return field if field is not None and in_messages(field) else None


def _called(actor: Actor, match: re.Match[str]) -> str:
    field = _field(actor, match[1], match[2])
    return field.heading if field is not None else match[0]
