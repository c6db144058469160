"""What installing, upgrading or uninstalling a pack would do, said before it is done.

An upgrade is a merge of three: what the pack said before, what it says now, and how things stand here. What the company
has changed stays as it is here, and is named.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import NotFound, Text
from klientura.kernel.objects.models import AddedField, AddedObject, Layout
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.packs.models import Pack, Part
from klientura.kernel.packs.reading import FIELD, KINDS, LAYOUT, OBJECT, Entry, PackFile, newer, read
from klientura.kernel.packs.standing import Standing, standing_of
from klientura.kernel.schema.fields import require_administrator
from klientura.kernel.schema.uses import uses_of

ADD, CHANGE, RESTORE, REMOVE, STAY, CLASH = "add", "change", "restore", "remove", "stay", "clash"
AT_FIRST: Final = frozenset({"name_label", "name_numbers"})
"""What a kind of record is made with: the field of its name is the company's own from then on."""
ACTS: Final = (CLASH, ADD, RESTORE, CHANGE, REMOVE, STAY)
_GONE = _("You deleted it for good; it stays away.")
_REMOVED = _("You removed it; it stays removed.")
_TYPE = _("A field never changes its type, so this one stays as it is.")
_TAKEN = _("There is something of this key already that the pack did not bring.")
_ARRANGED = _("You have arranged this card yourselves; your arrangement stays.")


@dataclass(frozen=True, slots=True)
class Step:
    """What would become of one thing. `changes` are attributes with their new values, `kept` those that stay the company's."""

    act: str
    kind: str
    path: str
    label: str
    entry: Entry | None = None
    part: Part | None = None
    now: Standing | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps, in the order in which they would be taken. `mark` tells whether two plans are the same."""

    steps: tuple[Step, ...]
    file: PackFile
    before: Pack | None

    @property
    def mark(self) -> str:
        """A plan that was shown is carried out only as long as it would be the same."""
        told = [(s.act, s.kind, s.path, s.changes, s.kept, s.now.version if s.now else 0) for s in self.steps]
        return hashlib.sha256(orjson.dumps([told, self.file.version, self.file.content])).hexdigest()[:24]

    @property
    def clashes(self) -> bool:
        """Whether something stands in the way, so that nothing can be done."""
        return any(s.act == CLASH for s in self.steps)

    @property
    def older(self) -> bool:
        """Whether a newer version is installed already."""
        return bool(
            self.before and self.before.state == "active" and newer(self.before.version, self.file.version)
        )


def in_words(texts: Any) -> str:
    """A text of a pack in the reader's language, or in the other one."""
    if not isinstance(texts, Mapping):
        return str(texts or "")
    return str(texts.get(get_language() or "ru") or texts.get("ru") or texts.get("en") or "")


def plan(actor: Actor, file: PackFile) -> Plan:
    """What installing this file, or upgrading to it, would do."""
    require_administrator(actor)
    before = Pack.objects.filter(key=file.key).first()
    if before is not None and before.state == "incomplete":
        _claim(before, file)
    parts = {(p.kind, p.path): p for p in Part.objects.filter(pack=before)} if before else {}
    now = standing_of(parts.values())
    reinstall = before is not None and before.state == "removed"
    names = {e.path: in_words(e.said.get("plural")) for e in file.entries if e.kind == OBJECT}
    taken = _taken(file)
    steps = [
        _step(entry, names, parts.get((entry.kind, entry.path)), now, taken, reinstall=reinstall)
        for entry in file.entries
    ]
    named = {(e.kind, e.path) for e in file.entries}
    left_out = [p for key, p in parts.items() if key not in named]
    steps += [
        _leaving(p, now[p.pk], despite=False)
        for p in _in_reverse(left_out)
        if p.pk in now and now[p.pk].active
    ]
    return Plan(tuple(steps), file, before)


def plan_to_uninstall(actor: Actor, pack_key: str) -> Plan:
    """What uninstalling would do: everything the pack brought is hidden, and all values stay. Raises NotFound."""
    require_administrator(actor)
    before = Pack.objects.filter(key=pack_key).exclude(state__in=("removed", "offered")).first()
    if before is None:
        raise NotFound
    parts = list(Part.objects.filter(pack=before))
    now = standing_of(parts)
    steps = [
        _leaving(p, now[p.pk], despite=True) for p in _in_reverse(parts) if p.pk in now and now[p.pk].active
    ]
    return Plan(tuple(steps), read(before.content), before)


def _claim(pack: Pack, file: PackFile) -> None:
    """Things that were made just before an installation broke off, and that it had no time to note."""
    known = set(Part.objects.filter(pack=pack).values_list("kind", "path"))
    mine = [(FIELD, f"{f.object}/{f.key}", f.pk) for f in AddedField.objects.filter(layer=pack.key)]
    mine += [(OBJECT, o.key, o.pk) for o in AddedObject.objects.filter(layer=pack.key)]
    types = {(e.kind, e.path): e.type for e in file.entries}
    for kind, path, target in mine:
        if (kind, path) in known or (kind, path) not in types:
            continue
        said = {"type": types[kind, path]} if kind == FIELD else {}
        part = Part.objects.create(pack=pack, kind=kind, path=path, said=said, target=target)
        part.left = dict(standing_of([part])[part.pk].attributes)
        part.save(update_fields=["left"])


def _in_reverse(parts: Sequence[Part]) -> list[Part]:
    """What stands upon other things goes before them."""
    return sorted(parts, key=lambda p: (-KINDS.index(p.kind), p.path))


def _taken(file: PackFile) -> dict[tuple[str, str], int]:
    """Things of the keys that the pack wants, whoever made them, with their numbers."""
    fields = [e for e in file.entries if e.kind == FIELD]
    taken = {
        (FIELD, f"{o}/{k}"): pk
        for pk, o, k in AddedField.objects.filter(key__in=[e.key for e in fields]).values_list(
            "pk", "object", "key"
        )
    }
    objects = [e.path for e in file.entries if e.kind == OBJECT]
    taken |= {
        (OBJECT, k): pk for pk, k in AddedObject.objects.filter(key__in=objects).values_list("pk", "key")
    }
    arranged = [e.path for e in file.entries if e.kind == LAYOUT]
    return taken | {
        (LAYOUT, k): pk
        for pk, k in Layout.objects.filter(object__in=arranged, role="", stage="").values_list("pk", "object")
    }


def _step(
    entry: Entry,
    names: Mapping[str, str],
    part: Part | None,
    now: Mapping[int, Standing],
    taken: Mapping[tuple[str, str], int],
    *,
    reinstall: bool,
) -> Step:
    label = label_of(entry.kind, entry.path, entry.said, names)
    here: dict[str, Any] = {
        "kind": entry.kind,
        "path": entry.path,
        "label": label,
        "entry": entry,
        "part": part,
    }
    if part is None:
        if (entry.kind, entry.path) in taken:
            if entry.kind == LAYOUT:
                return Step(STAY, **here, notes=(_ARRANGED,))
            return Step(CLASH, **here, notes=(_TAKEN,))
        return Step(ADD, **here, changes=entry.said)
    stands = now.get(part.pk)
    if stands is None:
        if reinstall and entry.kind == LAYOUT and (LAYOUT, entry.path) not in taken:
            return Step(ADD, **here, changes=entry.said)
        return Step(STAY, **here, notes=(_GONE,))
    here["now"] = stands
    if not stands.active and not reinstall:
        return Step(STAY, **here, notes=(_REMOVED,))
    if entry.kind == FIELD and part.said.get("type", entry.type) != entry.type:
        return Step(STAY, **here, notes=(_TYPE,))
    says = {k: v for k, v in entry.said.items() if k not in AT_FIRST}
    changes, kept = merged(
        {k: v for k, v in part.said.items() if k not in AT_FIRST}, part.left, stands.attributes, says
    )
    act = RESTORE if not stands.active else CHANGE if changes else STAY
    return Step(act, **here, changes=changes, kept=kept)


def merged(
    said: Mapping[str, Any], left: Mapping[str, Any], now: Mapping[str, Any], says: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """A merge of three by attributes: what to write, and which attributes stay as the company has them.

    `said` and `left`: what the pack said when it wrote last, and how it left things; `now`: how they stand; `says`: what
    the pack says now. Only what the pack says otherwise than before, and the company has left alone, is written.
    """
    changes: dict[str, Any] = {}
    kept: list[str] = []
    for name in dict.fromkeys([*says, *said]):
        if name == "type" or said.get(name) == says.get(name):
            continue
        wanted = (
            _without(now.get(name)) if name not in says and name.startswith("options.") else says.get(name)
        )
        if now.get(name) == wanted:
            continue
        if now.get(name) == left.get(name):
            changes[name] = wanted
        else:
            kept.append(name)
    return changes, tuple(kept)


def _without(option: Any) -> Any:
    """An option the pack does not bring any more: no longer offered, for records may hold it."""
    return {**option, "active": False} if isinstance(option, Mapping) else None


def _leaving(part: Part, now: Standing, *, despite: bool) -> Step:
    """Something that is to go. While something of the company's uses it, an upgrade leaves it; uninstalling does not."""
    object_key, _slash, key = part.path.rpartition("/")
    here: dict[str, Any] = {
        "kind": part.kind, "path": part.path, "label": label_of(part.kind, part.path, now.attributes), "part": part, "now": now,
    }  # fmt: skip
    uses = tuple(uses_of(object_key, key)) if part.kind == FIELD and object_key in all_shapes() else ()
    if part.kind == OBJECT:
        uses = tuple(_pointing_at(part.path))
    if part.kind == LAYOUT and now.attributes != part.left:
        return Step(STAY, **here, notes=(_ARRANGED,))
    notes = tuple(_now("Used by: %(what)s") % {"what": use} for use in uses)
    return Step(STAY if uses and not despite else REMOVE, **here, notes=notes)


def _pointing_at(object_key: str) -> list[str]:
    """Fields of the company's own records that point at an object."""
    return [
        f"{shape.plural}: {f.heading}"
        for shape in all_shapes().values()
        for f in shape.fields.values()
        if f.params.target == object_key and shape.key != object_key
    ]


def label_of(
    kind: str, path: str, attributes: Mapping[str, Any], names: Mapping[str, str] | None = None
) -> str:
    """What a thing is called, for people; `names` are those of kinds of record that are still to come."""
    object_key, _slash, key = path.rpartition("/")
    shape = all_shapes().get(object_key or path)
    whose = str(shape.plural) if shape else (names or {}).get(object_key or path) or object_key or path
    if kind == OBJECT:
        return in_words(attributes.get("plural")) or path
    if kind == LAYOUT:
        return whose
    name = in_words(attributes.get("label" if kind == FIELD else "name")) or key
    return f"{name[:1].upper()}{name[1:]} ({whose})"
