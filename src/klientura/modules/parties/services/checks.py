"""What must hold for parties before they are written. Set-based: called once per write, whatever its size."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.gate import writable
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.settings.installation import current
from klientura.kit.emails import BadEmail, normalise_email
from klientura.kit.phones import parse_phone
from klientura.kit.requisites import (
    BadRequisite,
    check_account,
    check_bic,
    check_correspondent_account,
    check_inn,
    check_kpp,
    check_ogrn,
    check_ogrnip,
)
from klientura.kit.urls import BadUrl, normalise_site
from klientura.modules.parties.models import ContactPoint

PHONES = frozenset({"phone", "mobile", "fax"})
MAIN_KINDS = {"phone": ("phone", "mobile"), "email": ("email",), "website": ("site",)}

_REQUISITE_PROBLEMS = {
    "length": _("The number of digits is wrong. Check for missing or extra digits."),
    "characters": _("Only digits belong here."),
    "checksum": _("The check digit does not match. Probably one digit is mistyped or two are swapped."),
}


def _requisite(check: Callable[[str], str]) -> Callable[[str], str]:
    def normalise(value: str) -> str:
        try:
            return check(value)
        except BadRequisite as bad:
            message = _REQUISITE_PROBLEMS.get(bad.code, _REQUISITE_PROBLEMS["checksum"])
            raise FieldProblem(bad.code, message) from bad

    return normalise


inn = _requisite(check_inn)
kpp = _requisite(check_kpp)


def ogrn(value: str) -> str:
    """OGRN of 13 digits or OGRNIP of 15."""
    digits = "".join(c for c in value if c.isdigit())
    return _requisite(check_ogrnip if len(digits) == 15 else check_ogrn)(value)


def before_write_party(batch: Batch, actor: Any) -> None:
    """Complete and check organisations and people: contact points, main phone and e-mail, names, ties to oneself."""
    area_code = cache(lambda: current().area_code)  # read at most once, and only for a local number
    keys = [k for k in MAIN_KINDS if k in batch.shape.fields]
    stored = _stored_lines(
        [d.record_id for d in batch if d.record_id and ("contact_points" in d.parts or d.changed(*keys))]
    )
    may_set_city = writable(actor, batch.shape, "city")
    for draft in batch:
        _contact_points(draft, stored.get(draft.record_id or 0, []), area_code)
        refuse_bad_accounts(draft)
        if may_set_city:
            _city_of_address(draft)
        _own_links(draft)
        if batch.shape.key == "person":
            _has_name(draft)
    _follow_main_values(batch, keys, stored)


def _contact_points(draft: Draft, stored: Sequence[dict[str, Any]], area_code: Callable[[], str]) -> None:
    known = {x["id"]: x for x in stored}
    for number, line in enumerate(draft.parts.get("contact_points", ())):
        kind, value = line.get("kind"), line.get("value")
        if not kind or not value:
            continue
        was = known.get(line.get("id"))
        line["undeliverable"] = False  # of another address nothing is known yet
        if was and (was["kind"], was["value"]) == (kind, value):
            # A number that nobody touched is not completed by our own city.
            line["uncertain"], line["undeliverable"] = was["uncertain"], was["undeliverable"]
            continue
        where = f"contact_points.{number}.value"
        try:
            if kind in PHONES:
                # What a file's reader could not place, knowing the row's city, is not completed by our own city's code.
                own = _no_code if line.get("uncertain") else area_code
                line["value"], line["uncertain"] = _phone(str(value), own)
            elif kind == "email":
                line["value"] = normalise_email(str(value))
            elif kind == "site":
                line["value"] = normalise_site(str(value))
        except FieldProblem as bad:
            draft.refuse(where, bad.code, bad.message)
        except BadEmail:
            draft.refuse(where, "email", _("This is not an e-mail address. It looks like name@example.org."))
        except BadUrl:
            draft.refuse(where, "url", _("This is not a web address. It looks like example.org."))


def _no_code() -> str:
    return ""


def _phone(value: str, area_code: Callable[[], str]) -> tuple[str, bool]:
    """The number in E.164 with its extension, or as written and marked when it cannot be told for sure."""
    if not any(c.isdigit() for c in value):
        raise FieldProblem("phone", _("There are no digits here. Enter a phone number."))
    phone = parse_phone(value)
    if phone.e164 is None and (code := area_code()):
        phone = parse_phone(value, area_code=code)
    return phone.kept, phone.e164 is None or not phone.certain


def refuse_bad_accounts(draft: Draft, part: str = "bank_accounts") -> None:
    """Each number is checked against the BIC of its line; the first refused one of a line is told."""
    for number, line in enumerate(draft.parts.get(part, ())):
        bic = str(line.get("bic") or "")
        checks: tuple[tuple[str, Callable[[str], str]], ...] = (
            ("bic", check_bic),
            ("account", partial(check_account, bic=bic)),
            ("correspondent", partial(check_correspondent_account, bic=bic)),
        )
        for key, check in checks:
            if not line.get(key):
                continue
            try:
                line[key] = _requisite(check)(str(line[key]))
            except FieldProblem as bad:
                draft.refuse(f"{part}.{number}.{key}", bad.code, bad.message)
                break


def _follow_main_values(
    batch: Batch, keys: Sequence[str], stored: Mapping[int, list[dict[str, Any]]]
) -> None:
    """The main phone, e-mail and site on the record are the first lines of their kinds, whichever side was written."""
    for draft in batch:
        lines = draft.parts.get("contact_points")
        main = {k: draft.values[k] for k in keys if k in draft.values and draft.changed(k)}
        if lines is None and not main:
            continue
        if lines is None:
            lines = draft.parts["contact_points"] = list(stored.get(draft.record_id or 0, []))
        for key, value in main.items():
            _set_main(lines, key, value)
        for key in keys:
            draft.values[key] = next(
                (x.get("value") for x in lines if x.get("kind") in MAIN_KINDS[key]), None
            )


def _stored_lines(ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    if ids:
        for line in ContactPoint.objects.filter(party_id__in=ids).order_by("position", "id"):
            found[line.party_id].append(
                {
                    "id": line.pk,
                    "kind": line.kind,
                    "value": line.value,
                    "note": line.note,
                    "uncertain": line.uncertain,
                    "undeliverable": line.undeliverable,
                }
            )
    return found


def _set_main(lines: list[dict[str, Any]], key: str, value: str | None) -> None:
    """Put a value in front of its kind; an emptied main value takes its line away."""
    kinds = MAIN_KINDS[key]
    first = next((x for x in lines if x.get("kind") in kinds), None)
    if not value:
        if first is not None:
            lines.remove(first)
        return
    same = next((x for x in lines if x.get("kind") in kinds and x.get("value") == value), None)
    if same is not None:
        lines.remove(same)
        lines.insert(0, same)
    elif first is not None and first.get("id"):
        first["value"] = value
        if key == "phone":
            first["kind"] = _phone_kind(value, first["kind"])
        first["uncertain"], first["undeliverable"] = key == "phone" and not value.startswith("+"), False
    else:
        uncertain = key == "phone" and not value.startswith("+")
        made = {
            "kind": kinds[0],
            "value": value,
            "uncertain": uncertain,
            "undeliverable": False,
            "note": None,
        }
        lines.insert(0, made)


def _phone_kind(value: str, before: str) -> str:
    """A Russian number tells whether it is a mobile one; of others we know what they were called."""
    if value.startswith("+79"):
        return "mobile"
    return "phone" if value.startswith("+7") else before


def _city_of_address(draft: Draft) -> None:
    addresses = draft.parts.get("addresses")
    if addresses and not draft.get("city"):
        draft.values["city"] = next((a.get("city") for a in addresses if a.get("city")), None)


def _has_name(draft: Draft) -> None:
    refused = {e.field for e in draft.errors}
    if not any(draft.get(k) for k in ("last_name", "first_name")) and not refused & {
        "last_name",
        "first_name",
    }:
        draft.refuse("last_name", "required", _("Give a last or a first name."))


def _own_links(draft: Draft) -> None:
    for key in ("parent", "employer", "primary_contact"):
        if draft.record_id and draft.values.get(key) == draft.record_id:
            draft.refuse(key, "self", _("A record cannot refer to itself."))


def before_write_relation(batch: Batch, _actor: Any) -> None:
    """A tie joins two different parties and does not end before it begins."""
    for draft in batch:
        if draft.get("party") and draft.get("party") == draft.get("to_party"):
            draft.refuse("to_party", "self", _("A party cannot be tied to itself."))
        since, until = draft.get("since"), draft.get("until")
        if since and until and until < since:
            draft.refuse("until", "order", _("The end lies before the beginning."))
