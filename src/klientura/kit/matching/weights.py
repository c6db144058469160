"""What an agreement weighs, in bits: how much likelier it is between two records of one client than between strangers.

After Fellegi and Sunter: weight = log2(m / u). `m`, how often records of one client agree so, is about how people write
and does not depend on the base; it stands below. `u`, how often strangers do, depends on the base at hand and is counted
there: a shared «Иванов» proves little, a shared switchboard nothing.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log2
from typing import Final

from klientura.kit.matching.face import Face
from klientura.kit.matching.keys import value_key
from klientura.kit.matching.levels import Agreement, agreements

# How often two records of one client agree so, where both know the role. Each line sums up to about 1.
SAME_CLIENT: Final[Mapping[str, Mapping[str, float]]] = {
    # A surname is mistyped or heard wrongly in one of ten records, changed by one of thirty people.
    "last_name": {"same": 0.84, "sounds": 0.05, "close": 0.05, "part": 0.01, "swapped": 0.02, "other": 0.03},
    "first_name": {"same": 0.80, "variant": 0.09, "close": 0.05, "swapped": 0.03, "other": 0.03},
    "middle_name": {"same": 0.93, "close": 0.045, "other": 0.025},
    # Once one of the two gives an initial only:
    "initials": {"initial": 0.97, "other_initial": 0.03},
    "gender": {"other": 0.01},
    "name": {"same": 0.78, "sounds": 0.05, "close": 0.07, "part": 0.05, "other": 0.05},
    # People have several numbers and addresses and change them: to differ says little.
    "phone": {"same": 0.60, "tail": 0.08, "close": 0.03, "other": 0.29},
    "email": {"same": 0.60, "close": 0.06, "mailbox": 0.04, "other": 0.30},
    "tax_number": {"same": 0.95, "close": 0.03, "doubtful": 0.019, "other": 0.001},
    "branch_code": {"same": 0.90, "close": 0.05, "other": 0.05},
    "identifier": {"same": 0.90, "close": 0.06, "other": 0.04},
    "birthday": {"same": 0.90, "close": 0.06, "other": 0.04},
    "city": {"same": 0.82, "close": 0.06, "other": 0.12},
    "postcode": {"same": 0.80, "close": 0.07, "other": 0.13},
    "address": {"same": 0.65, "close": 0.20, "other": 0.15},
    "employer": {"same": 0.65, "close": 0.08, "other": 0.27},
    "site": {"same": 0.75, "other": 0.25},
}
# How often strangers agree so, before anything was counted: a Russian base of a few thousand clients.
STRANGERS: Final[Mapping[str, Mapping[str, float]]] = {
    "last_name": {
        "same": 0.002,
        "sounds": 0.001,
        "close": 0.002,
        "part": 0.0002,
        "swapped": 0.0001,
        "other": 0.99,
    },
    "first_name": {"same": 0.03, "variant": 0.005, "close": 0.003, "swapped": 0.001, "other": 0.96},
    "middle_name": {"same": 0.04, "close": 0.003, "other": 0.96},
    "initials": {"initial": 0.09, "other_initial": 0.91},
    "gender": {"other": 0.5},
    "name": {"same": 0.0005, "sounds": 0.0002, "close": 0.001, "part": 0.002, "other": 0.99},
    "phone": {"same": 0.0001, "tail": 0.0001, "close": 0.0001, "other": 0.999},
    "email": {"same": 0.0001, "close": 0.0002, "mailbox": 0.0005, "other": 0.999},
    "tax_number": {"same": 0.0001, "close": 0.0001, "doubtful": 0.05, "other": 0.95},
    "branch_code": {"same": 0.01, "close": 0.02, "other": 0.97},
    "identifier": {"same": 0.0001, "close": 0.0001, "other": 0.999},
    "birthday": {"same": 0.0001, "close": 0.002, "other": 0.998},
    "city": {"same": 0.1, "close": 0.003, "other": 0.9},
    "postcode": {"same": 0.01, "close": 0.02, "other": 0.97},
    "address": {"same": 0.0005, "close": 0.003, "other": 0.99},
    "employer": {"same": 0.005, "close": 0.001, "other": 0.99},
    "site": {"same": 0.0005, "other": 0.999},
}
# What a looser agreement on one value loses against the whole one, in bits.
LOOSER: Final[Mapping[str, float]] = {"sounds": 1.0, "variant": 1.5, "tail": 2.0, "swapped": 3.0}
GIVEN_ONCE: Final[Mapping[str, float]] = {"tax_number": 7.0, "identifier": 7.0}
"""Numbers that an authority gives to one only: that two records bear one is never chance, an error at most. Bits more."""
AGAINST = frozenset({"other", "other_initial", "doubtful"})
PRIOR_PAIRS = 3000
"""So many pairs of strangers the table above stands for, against the pairs that are drawn."""
DRAWN = 60_000
ROUNDS = 12
RAREST = 0.02
"""No base is taken for cleaner than two duplicates among a hundred records."""
FEWEST = 1000
"""A base is taken for at least so large: in a small one a chance agreement would look impossible."""
ROLES_OF_INITIALS = frozenset({"initial", "other_initial"})


@dataclass(slots=True)
class Rarity:
    """How common values and chance agreements are in a base of `size` records, learned from a sample of `seen`."""

    size: int = FEWEST
    seen: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    chance: dict[tuple[str, str], float] = field(default_factory=dict)
    common: Mapping[int, int] | None = None
    """Counted over the whole base: how many records share a key (see `keys`), where more than two do."""
    frequency: float = 0.0
    """How many pairs of one client there are for every record, as bits: 0 is one for each (see `expect`)."""
    _known: dict[Agreement, float] = field(default_factory=dict)

    @property
    def prior(self) -> float:
        """What speaks against any two records being one client before they are looked at."""
        return self.frequency - self.rarest

    @property
    def rarest(self) -> float:
        """What a value that one record bears would weigh."""
        return log2(max(self.size, FEWEST))

    def expect(self, scores: Sequence[float], pairs: int) -> None:
        """Learn how frequent duplicates are in this base from the scores of some of its `pairs` (EM for one number).

        In a clean base a chance agreement of namesakes must weigh more to be believed than in one full of duplicates.
        """
        if not scores:
            return
        portion = pairs / len(scores)
        bits = 0.0
        for _ in range(ROUNDS):
            matches = sum(1 / (1 + 2 ** -max(-60.0, min(60.0, score + bits))) for score in scores) * portion
            bits = log2(min(1.0, max(RAREST, (matches + 1) / (self.size + 1))))
        self.frequency = bits

    def share(self, role: str, value: str) -> float:
        """The share of records that have the value."""
        if self.common is not None and (key := value_key(role, value)) is not None:
            return self.common.get(key, 2) / max(self.size, FEWEST)
        usual = STRANGERS[role]["same"]
        known = self.counts.get(role)
        count = known[value] if known is not None else 0
        if self.seen < FEWEST:  # in a small base two records of one client make their values look common
            return (count + (FEWEST - self.seen) * usual) / FEWEST
        # Two records of the base bear the value, whether the sample has met it or not.
        return max((count or 0.5) / self.seen, 2 / self.size)

    def weight(self, agreement: Agreement) -> float:
        """What the agreement weighs, in bits."""
        known = self._known.get(agreement)
        if known is None:
            if len(self._known) > 200_000:
                self._known.clear()
            known = self._known[agreement] = self._weigh(agreement)
        return known

    def _weigh(self, agreement: Agreement) -> float:
        role, level, value = agreement
        table = "initials" if level in ROLES_OF_INITIALS else role
        mine = SAME_CLIENT[table][level]
        chance = self.chance.get((table, level), STRANGERS[table][level])
        if level in AGAINST:
            return min(0.0, log2(mine / chance))
        if not value:
            return max(0.0, log2(mine / chance))
        share = self.share(role, value)
        whole = max(0.0, log2(SAME_CLIENT[role]["same"] / share) + GIVEN_ONCE.get(role, 0.0))
        if level == "same":
            return whole
        if level in LOOSER:
            return max(0.0, whole - LOOSER[level])
        return min(whole, max(0.0, log2(mine / max(chance, share))))


VALUES: Final[Mapping[str, str]] = {
    "last_name": "last_sound", "middle_name": "middle_sound", "name": "name", "city": "city", "postcode": "postcode",
    "address": "address", "employer": "employer", "birthday": "birthday", "branch_code": "branch_code",
    "tax_number": "tax_number", "identifier": "identifier",
}  # fmt: skip


def learn(faces: Sequence[Face], size: int, common: Mapping[int, int] | None = None) -> Rarity:
    """Count how common values are, and how strangers agree, on a sample of a base of `size` records."""
    counts: dict[str, Counter[str]] = {
        role: Counter(filter(None, (getattr(face, name) for face in faces))) for role, name in VALUES.items()
    }
    counts["first_name"] = Counter(face.first_sounds[0] for face in faces if face.first_sounds)
    for role, name in (("phone", "phones"), ("email", "emails"), ("site", "sites")):
        counts[role] = Counter(v for face in faces for v in getattr(face, name))
    counts["email"].update({e.partition("@")[0]: n for e, n in counts["email"].items()})
    return Rarity(size, len(faces), counts, _chances(faces), common)


def _chances(faces: Sequence[Face]) -> dict[tuple[str, str], float]:
    met: Counter[tuple[str, str]] = Counter()
    if len(faces) > 1:
        draw = random.Random(len(faces))  # noqa: S311 - a sample, and the same one for the same base
        for _ in range(min(DRAWN, len(faces) ** 2)):
            a, b = draw.choice(faces), draw.choice(faces)
            if a is not b:
                met.update(_tables(agreements(a, b)))
    return {
        (table, level): (met[table, level] + u * PRIOR_PAIRS)
        / (sum(met[table, other] for other in levels) + PRIOR_PAIRS * sum(levels.values()))
        for table, levels in STRANGERS.items()
        for level, u in levels.items()
        if table != "gender"
    }


def _tables(found: Iterable[Agreement]) -> Iterable[tuple[str, str]]:
    return (("initials" if each.level in ROLES_OF_INITIALS else each.role, each.level) for each in found)
