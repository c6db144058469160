"""The step that tells people: a message to owners, creators, followers, teams or named users, with values of the record.

Whoever does not see the record is told nothing; of the values in a message everybody reads only those that are open to
them, judged whenever it is read (see `notify.wording`).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable
from klientura.kernel.access.models import User
from klientura.kernel.notify.models import Follow
from klientura.kernel.notify.telling import Told, tell
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.rules.acts import NOT_SEEN
from klientura.kernel.rules.sources import PLACE
from klientura.kernel.rules.steps import Act, BadStep, Step, StepKind, register
from klientura.kernel.rules.work import Work
from klientura.kernel.store import write
from klientura.kernel.store.sight import seen_by

KIND: Final = "notify"
TO: Final = ("owner", "creator", "followers", "team")
MAX_TEXT = 1000
MAX_USERS = 50
APART = 5
"""Records of which a user is told one by one; of more in one batch, in one line."""


def compile_notify(actor: Actor, shape: Shape, step: Step) -> Act:
    """{"kind": "notify", "to": ["owner", …], "users": [number], "text": "… {field} …"}."""
    to, users = _receivers(step)
    fields = _places(actor, shape, step.get("text"))
    text = str(step.get("text"))

    def act(work: Work, ids: Sequence[int]) -> None:
        with transaction.atomic():
            rows = {r["id"]: r for r in write.lock_open_rows(work.actor, work.shape, ids, "read")}
        work.refuse(sorted(set(ids) - rows.keys()), NOT_SEEN)
        found = _hearing(shape, rows.values(), to, users, besides=work.around.actor_id)
        tell(_told(work, shape, rows, found, text, fields))
        heard: dict[int, list[int]] = defaultdict(list)
        for user_id, seen in sorted(found.items()):
            for record_id in seen:
                heard[record_id].append(user_id)
        for record_id, users_told in heard.items():
            work.note(record_id, {"notified": len(users_told), "users": users_told[:MAX_USERS]})

    return act


def _told(
    work: Work, shape: Shape, rows: Mapping[int, Mapping[str, Any]], found: Mapping[int, Collection[int]],
    text: str, fields: Mapping[str, FieldShape],
) -> list[Told]:  # fmt: skip
    at = timezone.now()
    begun, told = f"rule:{at:%Y%m%d%H%M%S%f}", list[Told]()
    for user_id, ids in sorted(found.items()):
        said: dict[str, Any] = {"rule": work.rule}
        if len(ids) > APART:
            said["message"] = [PLACE.sub("…", text)]
            told.append(Told(user_id, "rule", begun, at, shape.base, ids, None, said))
            continue
        told += [
            Told(user_id, "rule", f"{begun}:{i}", at, shape.base, [i], None, {**said, "message": pieces(text, fields, rows[i])})
            for i in sorted(ids)
        ]  # fmt: skip
    return told


def pieces(text: str, fields: Mapping[str, FieldShape], row: Mapping[str, Any]) -> list[Any]:
    """A message in pieces: its own words, and each value with the field it comes from."""
    made: list[Any] = []
    begun = 0
    for found in PLACE.finditer(text):
        if found.start() > begun:
            made.append(text[begun : found.start()])
        made.append({"field": found[1], "text": _shown(fields[found[1]], row.get(found[1]))})
        begun = found.end()
    if begun < len(text):
        made.append(text[begun:])
    return made


def _shown(field: FieldShape, value: Any) -> str:
    if hasattr(value, "astimezone"):
        value = timezone.localtime(value)
    return field.type.display(value, field.params, "en" if get_language() == "en" else "ru")


def _receivers(step: Step) -> tuple[set[str], set[int]]:
    to, users = step.get("to", []), step.get("users", [])
    if not isinstance(to, list) or not isinstance(users, list) or not set(map(str, to)) <= set(TO):
        raise BadStep("to", _("Choose whom to tell."))
    numbers = {u for u in users if isinstance(u, int) and not isinstance(u, bool) and 0 < u < 2**63}
    if len(numbers) != len(users) or len(users) > MAX_USERS:
        raise BadStep("users", _("Name users by their numbers, 50 at most."))
    if not to and not users:
        raise BadStep("to", _("Choose whom to tell."))
    if User.objects.filter(pk__in=numbers).count() != len(numbers):
        raise BadStep("users", _("There is no such user."))
    return set(map(str, to)), numbers


def _places(actor: Actor, shape: Shape, text: Any) -> dict[str, FieldShape]:
    """The fields that a message names. Raises BadStep for one that is not there, or points at something else."""
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_TEXT or "\x00" in text:
        raise BadStep("text", _("Write a message of at most 1000 characters."))
    open_fields = readable(actor, shape)
    found: dict[str, FieldShape] = {}
    for key in PLACE.findall(text):
        field = open_fields.get(key)
        if field is None:
            raise BadStep("text", _("There is no field «%(what)s» here.") % {"what": key[:60]})
        if not in_messages(field):
            raise BadStep("text", _("«%(what)s» cannot stand in a message.") % {"what": field.heading})
        found[key] = field
    return found


def in_messages(field: FieldShape) -> bool:
    """Whether the values of a field may stand in a message: not those that name other records, or several things."""
    return field.type.key not in {"reference", "user"} and not field.type.sql_type.endswith("[]")


def _hearing(
    shape: Shape, rows: Collection[Mapping[str, Any]], to: Collection[str], users: Collection[int], *, besides: int | None
) -> dict[int, set[int]]:  # fmt: skip
    """By user: the records of which they are to be told and which they see. A few queries, however many records."""
    wanted: dict[int, set[int]] = defaultdict(set)
    ids = [r["id"] for r in rows]
    for row in rows:
        for key, way in (("owner", "owner"), ("created_by", "creator")):
            if way in to and row.get(key):
                wanted[row[key]].add(row["id"])
    for user_id in users:
        wanted[user_id].update(ids)
    if "followers" in to:
        following = Follow.objects.filter(object=shape.base, record_id__in=ids, state="following")
        for user_id, record_id in following.values_list("user_id", "record_id"):
            wanted[user_id].add(record_id)
    if "team" in to:
        members: dict[int, list[int]] = defaultdict(list)
        teams = {row["team"] for row in rows if row.get("team")}
        for team_id, user_id in User.objects.filter(team__in=teams).values_list("team_id", "pk"):
            members[team_id or 0].append(user_id)
        for row in rows:
            for user_id in members.get(row.get("team") or 0, ()):
                wanted[user_id].add(row["id"])
    wanted.pop(besides or 0, None)
    return seen_by(shape, wanted)


def foretell(
    actor: Actor, shape: Shape, step: Step
) -> Callable[[Work, Sequence[Mapping[str, Any]]], dict[int, str]]:
    """Who would be told of which record, in words."""
    to, users = _receivers(step)
    _places(actor, shape, step.get("text"))

    def show(work: Work, rows: Sequence[Mapping[str, Any]]) -> dict[int, str]:
        found = _hearing(shape, rows, to, users, besides=None)
        names = dict(User.objects.filter(pk__in=found).order_by("name").values_list("pk", "name"))
        said: dict[int, list[str]] = defaultdict(list)
        for user_id, name in names.items():
            for record_id in found[user_id]:
                said[record_id].append(name)
        nobody = _now("Tells nobody")
        return {
            r["id"]: _now("Tells: {names}").format(names=", ".join(said[r["id"]]))
            if r["id"] in said
            else nobody
            for r in rows
        }

    return show


def _uses(shape: Shape, step: Step) -> set[tuple[str, str]]:
    return {(shape.key, key) for key in PLACE.findall(str(step.get("text", "")))}


def register_step() -> None:
    """Make the step known."""
    register(KIND, StepKind(_("Tell people"), compile_notify, _uses, foretell=foretell))
