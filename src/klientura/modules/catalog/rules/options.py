"""What a product may be fitted with, and whether a choice holds together: pure functions over what was read before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal, NamedTuple

MOST_STEPS: Final = 5_000
"""Steps that looking for choices takes at most, all of a product together; what needs more is taken for such as can be met."""

type Chosen = Mapping[int, Decimal]
"""Product of an option → how many go into one."""


@dataclass(frozen=True, slots=True)
class Option:
    """A product that may go into another one. Without a price of its own it costs what the catalogue says; 0: it is included."""

    product: int
    name: str
    quantity: Decimal = Decimal(1)
    most: Decimal | None = None
    price: Decimal | None = None
    by_default: bool = False

    @property
    def is_included(self) -> bool:
        """Whether it costs nothing, so that papers name it with the product and not in a line of its own."""
        return self.price is not None and self.price == 0


@dataclass(frozen=True, slots=True)
class Group:
    """Options of which some are chosen: at least so many kinds, at most so many (None: as many as there are)."""

    pk: int
    name: str
    options: Sequence[Option]
    at_least: int = 0
    at_most: int | None = None


class OptionRule(NamedTuple):
    """An option that requires another one, or excludes it."""

    option: int
    kind: str
    other: int


@dataclass(frozen=True, slots=True)
class Configurator:
    """All that a product may be fitted with. `rules` are those that hold for this product, or this variant, alone."""

    product: int
    name: str
    currency: str
    groups: Sequence[Group]
    rules: Sequence[OptionRule] = ()
    options: Mapping[int, Option] = field(init=False)

    def __post_init__(self) -> None:
        """Find options by their products."""
        object.__setattr__(self, "options", {o.product: o for g in self.groups for o in g.options})

    @property
    def defaults(self) -> dict[int, Decimal]:
        """What is chosen to begin with."""
        return {o.product: o.quantity for o in self.options.values() if o.by_default}


class Fault(NamedTuple):
    """What is wrong with a choice: by kind, the names that it is told with."""

    kind: Literal["unknown", "quantity", "few", "many", "requires", "excludes"]
    option: int | None
    group: int | None
    names: Sequence[str]
    limit: Decimal | None = None


def faults(made: Configurator, chosen: Chosen) -> list[Fault]:
    """All that is wrong with a choice, in the order of the groups; nothing: it may be sold so."""
    found: list[Fault] = []
    for product, quantity in chosen.items():
        option = made.options.get(product)
        if option is None:
            found.append(Fault("unknown", product, None, ()))
        elif not (0 < quantity <= (option.most or option.quantity)) or (
            option.most is None and quantity != option.quantity
        ):
            found.append(Fault("quantity", product, None, (option.name,), option.most or option.quantity))
    for group in made.groups:
        count = sum(1 for o in group.options if o.product in chosen)
        if count < group.at_least:
            found.append(Fault("few", None, group.pk, (group.name,), Decimal(group.at_least)))
        elif group.at_most is not None and count > group.at_most:
            found.append(Fault("many", None, group.pk, (group.name,), Decimal(group.at_most)))
    return found + broken_rules(made, chosen)


def broken_rules(made: Configurator, chosen: Chosen) -> list[Fault]:
    """The rules between options that a choice breaks, each naming both."""
    found: list[Fault] = []
    for rule in living_rules(made):
        if rule.option not in chosen or (rule.kind == "excludes") != (rule.other in chosen):
            continue
        names = (made.options[rule.option].name, made.options[rule.other].name)
        kind: Literal["requires", "excludes"] = "excludes" if rule.kind == "excludes" else "requires"
        found.append(Fault(kind, rule.option, None, names))
    return found


def living_rules(made: Configurator) -> list[OptionRule]:
    """The rules between options that there are; one about an option that was taken out says nothing any more."""
    return [r for r in made.rules if r.option in made.options and r.other in made.options]


def contradiction(made: Configurator, product: int) -> tuple[int, int] | None:
    """Two options that choosing one would bring together although they do not go together."""
    rules = living_rules(made)
    needed, grew = {product}, True
    while grew:
        more = {r.other for r in rules if r.kind == "requires" and r.option in needed} - needed
        needed, grew = needed | more, bool(more)
    return next(
        ((r.option, r.other) for r in rules if r.kind == "excludes" and {r.option, r.other} <= needed), None
    )


class _TooLong(Exception):
    """The search was given up."""


def can_be_met(made: Configurator, must: Iterable[int] = (), steps: list[int] | None = None) -> bool:
    """Whether there is any choice that holds all of `must` and breaks no rule; also true where looking took too long.

    `steps`: how many are left, for several questions that share them.
    """
    steps = [MOST_STEPS] if steps is None else steps
    rules = living_rules(made)
    try:
        state = _follow(made, rules, dict.fromkeys(must, True))
        return state is not None and _search(made, rules, state, steps)
    except _TooLong:
        return True


def _search(
    made: Configurator, rules: Sequence[OptionRule], state: dict[int, bool], steps: list[int]
) -> bool:
    """Decide one option after another until no group lacks any; the rest then stays out."""
    steps[0] -= 1
    if steps[0] < 0:
        raise _TooLong
    lacking = next(
        (g for g in made.groups if sum(1 for o in g.options if state.get(o.product)) < g.at_least), None
    )
    if lacking is None:
        return True
    undecided = next(o.product for o in lacking.options if o.product not in state)
    for taken in (True, False):
        tried = _follow(made, rules, {**state, undecided: taken})
        if tried is not None and _search(made, rules, tried, steps):
            return True
    return False


def _follow(
    made: Configurator, rules: Sequence[OptionRule], state: dict[int, bool]
) -> dict[int, bool] | None:
    """All that follows from what is decided; None when that contradicts itself."""
    before = -1
    while before != len(state):
        before = len(state)
        for rule in rules:
            if not _follow_rule(rule, state):
                return None
        for group in made.groups:
            if not _follow_group(group, state):
                return None
    return state


def _follow_rule(rule: OptionRule, state: dict[int, bool]) -> bool:
    wanted = rule.kind == "requires"
    if state.get(rule.option):
        return state.setdefault(rule.other, wanted) == wanted
    if state.get(rule.other) is (not wanted):
        return state.setdefault(rule.option, False) is False
    return True


def _follow_group(group: Group, state: dict[int, bool]) -> bool:
    taken = sum(1 for o in group.options if state.get(o.product))
    free = [o.product for o in group.options if o.product not in state]
    if taken + len(free) < group.at_least or (group.at_most is not None and taken > group.at_most):
        return False
    if group.at_most is not None and taken == group.at_most:
        state.update(dict.fromkeys(free, False))
    elif taken + len(free) == group.at_least:
        state.update(dict.fromkeys(free, True))
    return True


class Written(NamedTuple):
    """What a line keeps of a configuration: which one of the paper it belongs to; the line of the product also what was chosen."""

    key: int
    chosen: Chosen | None


def written(key: int, chosen: Chosen) -> str:
    """A choice as the line of its product keeps it: «1:12x1,15x2»."""
    return f"{key}:" + ",".join(f"{p}x{q.normalize():f}" for p, q in chosen.items())


def read_written(text: str | None) -> Written | None:
    """The same read again; what nobody could have written is nothing."""
    key, colon, rest = (text or "").partition(":")
    if not _is_number(key):
        return None
    if not colon:
        return Written(int(key), None)
    chosen: dict[int, Decimal] = {}
    for each in filter(None, rest.split(",")):
        product, _x, much = each.partition("x")
        whole, _dot, part = much.partition(".")
        if not _is_number(product) or not _is_number(whole) or (part and not _is_number(part)):
            return None
        chosen[int(product)] = Decimal(much)
    return Written(int(key), chosen)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18
