"""Write a demo company of any size: block by block, by COPY, with the real triggers, as one operation."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from django.db import connection, transaction
from django.utils import translation

from klientura.kernel.access.actor import Actor
from klientura.kernel.store import operations, upkeep
from klientura.kernel.store.rows import remember_actor, reserve_ids
from klientura.modules.catalog.services.first_things import ensure_catalogue
from klientura.modules.sales.services.courses import tell_ways
from klientura.modules.sales.services.pipelines import ensure_default_pipeline
from klientura.project.demo import clients, selling
from klientura.project.demo.catalogue import write_catalogue
from klientura.project.demo.clients import Block
from klientura.project.demo.consents import write_consents
from klientura.project.demo.days import write_days
from klientura.project.demo.filling import filling
from klientura.project.demo.leads import write_leads
from klientura.project.demo.letters import write_letters
from klientura.project.demo.money import write_sales
from klientura.project.demo.phrases import phrases_of
from klientura.project.demo.plans import write_plans
from klientura.project.demo.records import copy
from klientura.project.demo.team import Owner

ROWS_PER_BLOCK = 20_000
TABLES = ("party", "contact_point", "party_address", "opportunity", "interaction", "task")


@dataclass(frozen=True, slots=True)
class Volume:
    """How much to make. Organisations: at least one, below nine million (their tax numbers differ)."""

    organisations: int
    people: int
    deals: int
    interactions: int
    seed: int = 1


@dataclass(slots=True)
class Made:
    """What was written: rows by table."""

    operation_id: int
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def records(self) -> int:
        """Records that stand for themselves: without contact points and addresses."""
        return sum(self.rows.get(t, 0) for t in ("party", "opportunity", "interaction", "task"))


def generate(
    actor: Actor,
    volume: Volume,
    owners: tuple[Owner, ...],
    *,
    language: str,
    now: dt.datetime,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> Made:
    """Write a demo company and return what was made. The same volume, seed and `now` give the same company (identifiers aside).

    Each block is a transaction of its own (inside the caller's, if there is one), so memory stays flat; an
    interrupted run is left as a failed operation that can be taken back. `tell` hears blocks done and all.
    """
    phrases = phrases_of(language)
    with translation.override(language):
        pipeline = ensure_default_pipeline(actor)
        ensure_catalogue(actor)
    funnel = selling.read_funnel(actor, pipeline)
    operation = operations.start(actor, "demo", "party", name=phrases.company, seed=volume.seed)
    made, first = Made(operation.pk), 0
    everything = max(volume.organisations, volume.people, volume.deals, volume.interactions)
    pieces = max(1, min(volume.organisations, -(-everything // ROWS_PER_BLOCK)))
    plan = list(
        zip(
            *(selling.shares(n, pieces) for n in (volume.organisations, volume.people, volume.deals, volume.interactions)),
            strict=True,
        )
    )  # fmt: skip
    try:
        with filling(TABLES, everything):
            for number, (organisations, people, deals, talks) in enumerate(plan):
                rng = Random(f"{volume.seed}/{number}")  # noqa: S311 - data to look at, not secrets
                block = Block(rng, now, phrases, owners, operation.pk)
                clients.add_organisations(
                    block, reserve_ids("party", organisations), first, volume.organisations
                )
                clients.add_people(block, reserve_ids("party", people))
                if funnel is not None:
                    selling.add_deals(block, reserve_ids("opportunity", deals), funnel)
                selling.add_interactions(block, reserve_ids("interaction", talks))
                planned = selling.plan_tasks(block)
                selling.add_tasks(block, reserve_ids("task", len(planned)), planned)
                selling.note_facts(block)
                _write(actor, block, made, funnel)
                first += organisations
                tell(number + 1, pieces)
    except BaseException:
        if not connection.in_atomic_block:
            operations.finish(operation, records=made.records, state="failed")
        raise
    around = _write_around(actor, volume, owners, operation.pk, language=language, now=now)
    operations.finish(operation, records=made.records + around, details={"rows": made.rows})
    write_letters(actor, owners, language=language, now=now)
    upkeep.settle((*TABLES, "kernel_change", "kernel_search_word"))
    return made


def _write_around(
    actor: Actor,
    volume: Volume,
    owners: tuple[Owner, ...],
    operation_id: int,
    *,
    language: str,
    now: dt.datetime,
) -> int:
    """What is the same whatever the number of clients: days, consents, goods, sales, leads, plans."""
    around = write_days(actor, owners, operation_id, language=language, now=now)
    around += write_consents(operation_id, language=language, now=now)
    around += write_catalogue(operation_id, language=language, now=now, seed=volume.seed)
    around += write_sales(operation_id, language=language, now=now, seed=volume.seed)
    around += write_leads(owners, operation_id, language=language, now=now)
    return around + write_plans(owners, operation_id, now=now)


def _write(actor: Actor, block: Block, made: Made, funnel: selling.Funnel | None) -> None:
    with transaction.atomic():
        remember_actor(actor.user_id, block.operation_id)
        for table, rows in (
            ("party", [*block.organisations, *block.people]), ("contact_point", block.points), ("party_address", block.addresses),
            ("opportunity", block.deals), ("interaction", block.interactions), ("task", block.tasks),
        ):  # fmt: skip
            made.rows[table] = made.rows.get(table, 0) + copy(table, rows)
        if funnel is not None:
            tell_ways(selling.ways_of(block, funnel))
