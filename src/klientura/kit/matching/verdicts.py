"""Are two records one client? The sum of what speaks for and against, and what no sum may overrule."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from klientura.kit.matching.face import Face
from klientura.kit.matching.levels import Agreement, agreements
from klientura.kit.matching.weights import GIVEN_ONCE, Rarity

type Verdict = Literal["sure", "likely", "no"]

LIKELY = 1.0
"""Bits by which a pair must be likelier one client than two: two to one, worth a look by a person."""
SURE = 7.0
"""A hundred to one, and besides every condition of `_is_sure`."""
NAMED = frozenset({"last_name", "first_name", "middle_name", "name"})
# What belongs to one client alone when few others share it.
WHOLE = frozenset({"same", "sounds", "variant", "close", "swapped"})
STRONG = frozenset({"phone", "email", "tax_number", "identifier", "birthday"})
AROUND = ("phone", "email", "city", "address", "postcode", "employer")
AGREES = frozenset({"same", "close", "tail", "mailbox"})
OWN = frozenset({"identifier", "tax_number"})
MOBILE = "+79"
"""A mobile number is mostly one person's; that of a home is its family's."""
FEW = 3.2
"""Bits below the rarest possible: a value that five or six records bear, not the switchboard of an office."""


class Reason(NamedTuple):
    """One line of the explanation; the screen words it."""

    role: str
    level: str
    weight: float


class Match(NamedTuple):
    """The answer for one pair. `score` is in bits: 0 means even odds."""

    score: float
    verdict: Verdict
    reasons: tuple[Reason, ...]


def compare(a: Face, b: Face, rarity: Rarity) -> Match:
    """Compare two faces. Symmetric; where all values are equally common, a further agreement never lowers the score."""
    best: dict[str, tuple[float, Agreement]] = {}
    for found in agreements(a, b):
        weight = rarity.weight(found)
        known = best.get(found.role)
        if known is None or weight > known[0]:
            best[found.role] = weight, found
    score = round(rarity.prior + sum(weight for weight, _ in best.values()), 2)
    if score < LIKELY:
        return Match(score, "no", _reasons(best))
    reasons = _reasons(best)
    strong = _strong(reasons, rarity.rarest - FEW)
    if "phone" in strong and best["phone"][1].value.startswith(MOBILE):
        strong.add("mobile")
    return Match(score, _verdict(reasons, score, strong), reasons)


def _reasons(best: Mapping[str, tuple[float, Agreement]]) -> tuple[Reason, ...]:
    return tuple(Reason(role, found.level, round(weight, 1)) for role, (weight, found) in best.items())


def _verdict(reasons: Sequence[Reason], score: float, strong: set[str]) -> Verdict:
    if _is_ruled_out(reasons, strong):
        return "no"
    return "sure" if score >= SURE and _is_sure(reasons, strong) else "likely"


def _levels(reasons: Sequence[Reason]) -> dict[str, str]:
    return {r.role: r.level for r in reasons}


def _strong(reasons: Sequence[Reason], enough: float) -> set[str]:
    """Roles that agree in a value which hardly anybody else has."""
    return {
        r.role
        for r in reasons
        if r.weight - (GIVEN_ONCE.get(r.role, 0.0) if r.level == "same" else 0.0) >= enough
        and (
            (r.role in STRONG and r.level in {"same", "tail"})
            or (r.role == "identifier" and r.level == "close")
        )
    }


def _is_ruled_out(reasons: Sequence[Reason], strong: set[str]) -> bool:
    """What proves two clients, however much they share as relatives, colleagues or branches do."""
    level = _levels(reasons)
    tax = level.get("tax_number")
    if tax == "other":
        return True
    if (
        tax == "same"
        and level.get("branch_code") == "other"
        and level.get("address") not in {"same", "close"}
    ):
        return True  # branches of one company
    if level.get("name") == "other":
        return not strong
    first, last = level.get("first_name"), level.get("last_name")
    if first in {"other", "other_initial"}:
        # Relatives share all but the first name, twins the birthday too; only what is one person's alone outweighs it.
        return not (OWN & strong or ("birthday" in strong and "email" in strong))
    if level.get("birthday") == "other" and not (OWN | {"email", "mobile"}) & strong:
        return True  # father and son of one name at one address
    if level.get("gender") == "other" and first not in {"same", "close"}:
        return True
    if last == "other":
        return not {"phone", "email", "identifier", "tax_number"} & strong  # a maiden name, at most
    return level.get("middle_name") == "other" and not strong  # namesakes, father and son


def _is_sure(reasons: Sequence[Reason], strong: set[str]) -> bool:
    """Whether nobody need look: the name agrees whole, so does what only one client has, and nothing contradicts."""
    level = _levels(reasons)
    against = {
        role
        for role, how in level.items()
        if how in {"other", "other_initial", "doubtful"}
        and role in NAMED | {"birthday", "identifier", "gender"}
    }
    if against or not strong - {"mobile"} or level.get("branch_code", "same") != "same":
        return False
    if strong == {"birthday"} and not any(level.get(role) in AGREES for role in AROUND):
        return False  # in a large base two people of one name are born on one day
    if "name" in level:
        return level["name"] != "part"
    parts = [level.get("last_name"), level.get("first_name")]
    # One part may be spelt otherwise; two only when the patronymic agrees.
    return all(part in WHOLE for part in parts) and (
        parts in (["same", "same"], ["swapped", "swapped"])
        or "same" in (*parts[:1], level.get("middle_name"))
    )
