"""Deals of one block with what was said and what is to be done; the facts on clients that follow."""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from klientura.kernel.access.actor import Actor
from klientura.modules.sales.queries.board import stage_columns
from klientura.modules.sales.services.courses import Move
from klientura.project.demo.clients import Block
from klientura.project.demo.moments import DAY, at_work, between, seasonal
from klientura.project.demo.names import INDUSTRIES
from klientura.project.demo.records import Row, header
from klientura.project.demo.team import Owner

LOSS_REASONS = ("price", "competitor", "no_budget", "no_need", "no_answer", "timing", "terms")
TALK_KINDS = (("call", 5), ("email", 4), ("meeting", 2), ("chat", 1))
OUTCOMES = {
    "call": ("agreed", "agreed", "interested", "interested", "call_back", "no_answer", "refused"),
    "meeting": ("agreed", "agreed", "interested", "interested", "held", "moved", "refused"),
}


@dataclass(frozen=True, slots=True)
class Funnel:
    """The stages of the pipeline that deals stand on, as the board reads them."""

    pipeline_id: int
    open: tuple[Row, ...]
    won: Row
    lost: Row


def read_funnel(actor: Actor, pipeline_id: int) -> Funnel | None:
    """The stages of a pipeline; None when one of the three kinds is missing, then there are no deals."""
    kinds: dict[str, list[Row]] = {"open": [], "won": [], "lost": []}
    for stage in stage_columns(actor, pipeline_id):
        kinds[stage["kind"]].append(stage)
    if not all(kinds.values()):
        return None
    return Funnel(pipeline_id, tuple(kinds["open"]), kinds["won"][0], kinds["lost"][0])


def add_deals(block: Block, ids: list[int], funnel: Funnel) -> None:
    """Add deals, those of earlier days first."""
    made = sorted((_client_and_day(block) for _number in ids), key=lambda pair: pair[1])
    for record_id, (place, created) in zip(ids, made, strict=True):
        block.deals.append(_deal(block, record_id, place, created, funnel))


def _client_and_day(block: Block) -> tuple[int, dt.datetime]:
    rng = block.rng
    place = int(len(block.organisations) * rng.random())
    known = block.organisations[place]["created_at"]
    for _try in range(6):
        moment = seasonal(rng, block.now)
        if moment > known:
            return place, min(block.now, max(known, at_work(rng, moment)))
    return place, min(block.now, known + DAY * rng.random() * 20)


def _deal(block: Block, record_id: int, place: int, created: dt.datetime, funnel: Funnel) -> Row:
    rng, client = block.rng, block.organisations[place]
    cycle = DAY * min(300, rng.lognormvariate(3.6, 0.6))
    closed_at = between(rng, created + cycle * 0.9, created + cycle)
    is_open = closed_at > block.now
    worth = INDUSTRIES[client["industry"]][0]
    people = block.people_of[place]
    row = header(record_id, Owner(client["owner_id"], client["team_id"]), created, block.operation_id) | {
        "name": rng.choice(block.phrases.deals), "party_id": client["id"], "person_id": rng.choice(people)["id"] if people else None,
        "pipeline_id": funnel.pipeline_id, "amount": max(1, round(rng.lognormvariate(5.3, 1.0) * worth)) * 1000, "currency": "RUB",
        "tax_mode": "included",
        "source": client["source"], "place": place,
    }  # fmt: skip
    if is_open:
        passed = (block.now - created) / cycle
        number = min(len(funnel.open) - 1, int(passed * len(funnel.open)))
        stage = funnel.open[number]
        moved = created if number == 0 else created + cycle * (number / len(funnel.open))
        late = rng.random() < 0.15
        row |= {"close_date": (block.now - DAY * 5 if late else created + cycle).date(), "closed_at": None}
    else:
        stage = funnel.won if rng.random() < 0.4 else funnel.lost
        moved = closed_at
        row |= {"close_date": closed_at.date(), "closed_at": closed_at}
    if stage["kind"] == "lost":
        row |= {"loss_reason": rng.choice(LOSS_REASONS), "loss_note": rng.choice(block.phrases.loss_notes)}
    return row | {
        "stage_id": stage["id"], "status": stage["kind"], "probability": stage["probability"], "stage_changed_at": moved,
        "updated_at": max(created, min(moved, block.now)),
    }  # fmt: skip


def ways_of(block: Block, funnel: Funnel) -> list[Move]:
    """How the deals of a block came where they stand: a few days at each stage, some skipped, some gone back to, losses early."""
    rng, moves = block.rng, []
    for deal in block.deals:
        end, begin = deal["stage_changed_at"], deal["created_at"]
        passed = _passed(rng, deal, funnel)
        # The earlier stages take less time than the later ones, and no two deals the same.
        weights = [rng.lognormvariate(0, 0.7) * (1 + 0.25 * place) for place in range(len(passed))]
        whole, gone = sum(weights) or 1, 0.0
        for stage, weight in zip(passed, weights, strict=True):
            moves.append(Move(deal["id"], stage, begin + (end - begin) * (gone / whole), deal["owner_id"]))
            gone += weight
        moves.append(Move(deal["id"], deal["stage_id"], end, deal["owner_id"]))
    return moves


def _passed(rng: Random, deal: Row, funnel: Funnel) -> list[int]:
    """The stages that a deal left behind, in their order."""
    opened = [stage["id"] for stage in funnel.open]
    if deal["status"] == "open":
        depth = opened.index(deal["stage_id"])
    elif deal["status"] == "won":
        depth = len(opened)
    else:
        depth = rng.choices(
            range(1, len(opened) + 1), [30, 26, 22, 14, 8][: len(opened)] + [5] * (len(opened) - 5)
        )[0]
    passed = [pk for place, pk in enumerate(opened[:depth]) if place == 0 or rng.random() > 0.07]
    if len(passed) > 2 and rng.random() < 0.06:
        passed[-1:] = [passed[-1], passed[-2], passed[-1]]  # it went back a step, and came again
    return passed


def add_interactions(block: Block, ids: list[int]) -> None:
    """Add talks, most of them about a deal, in the order in which they happened."""
    rng, kinds, weights = block.rng, [k for k, _w in TALK_KINDS], [w for _k, w in TALK_KINDS]
    found: list[Row] = []
    for _number in ids:
        deal = rng.choice(block.deals) if block.deals and rng.random() < 0.8 else None
        place = deal["place"] if deal else int(len(block.organisations) * rng.random())
        client, people = block.organisations[place], block.people_of[place]
        start = deal["created_at"] if deal else client["created_at"]
        end = min(deal["closed_at"] or block.now, block.now) if deal else block.now
        kind = rng.choices(kinds, weights)[0]
        person = deal["person_id"] if deal else (people[0]["id"] if people else None)
        found.append(
            {"subject_object": "opportunity" if deal else None, "subject_id": deal["id"] if deal else None, "kind": kind,
             "direction": rng.choice(("outgoing", "outgoing", "incoming")), "subject": rng.choice(block.phrases.talks[kind]),
             "body": rng.choice(block.phrases.bodies) if rng.random() < 0.35 else None,
             "pinned": False, "outcome": rng.choice(OUTCOMES[kind]) if kind in OUTCOMES and rng.random() < 0.8 else None,
             "result": rng.choice(block.phrases.results) if rng.random() < 0.7 else None, "at": between(rng, start, end),
             "minutes": {"call": rng.randrange(2, 25), "meeting": rng.randrange(30, 120, 15)}.get(kind),
             "party_id": client["id"], "person_id": person, "owner": Owner(client["owner_id"], client["team_id"])}
        )  # fmt: skip
    found.sort(key=lambda row: row["at"])
    block.interactions = [
        header(i, row.pop("owner"), row["at"], block.operation_id) | row
        for i, row in zip(ids, found, strict=True)
    ]


def plan_tasks(block: Block) -> list[Row]:
    """The tasks without their numbers: four open deals of five have a next step, some deals left one done behind."""
    rng = block.rng
    found: list[Row] = []
    for deal in block.deals:
        is_open, chance = deal["status"] == "open", rng.random()
        if chance > (0.8 if is_open else 0.3):
            continue
        row: Row = {
            "subject_object": "opportunity", "subject_id": deal["id"], "party_id": deal["party_id"], "name": rng.choice(block.phrases.tasks),
            "kind": "task", "important": rng.random() < 0.2, "repeat_after": False, "status": "open" if is_open else "done",
            "owner": Owner(deal["owner_id"], deal["team_id"]),
        }  # fmt: skip
        if is_open:
            due = at_work(rng, block.now + DAY * rng.triangular(-4, 21, 2))
            found.append(row | {"due_at": due, "created_at": max(deal["created_at"], block.now - DAY * 8)})
        else:
            done = between(rng, deal["created_at"], deal["closed_at"])
            found.append(
                row
                | {
                    "due_at": done,
                    "done_at": done,
                    "created_at": deal["created_at"],
                    "result": rng.choice(block.phrases.done),
                }
            )
    return found


def add_tasks(block: Block, ids: list[int], planned: list[Row]) -> None:
    """Give the planned tasks their numbers."""
    for record_id, row in zip(ids, planned, strict=True):
        created = row.pop("created_at")
        changed = row.get("done_at") or created
        owner = row.pop("owner")
        block.tasks.append(header(record_id, owner, created, block.operation_id, changed) | row)


def note_facts(block: Block) -> None:
    """Last contact, next step and status of clients, as deals, talks and tasks leave them."""
    parties = {row["id"]: row for row in (*block.organisations, *block.people)}
    deals = {row["id"]: row for row in block.deals}
    for talk in block.interactions:  # sorted by time: the last one stays
        for key in ("party_id", "person_id"):
            if talk[key]:
                parties[talk[key]]["last_contact_at"] = talk["at"]
    for task in block.tasks:
        if task["status"] == "open":
            for row in (parties[task["party_id"]], deals[task["subject_id"]]):
                known = row.get("next_step_at")
                row["next_step_at"] = min(known, task["due_at"]) if known else task["due_at"]
    outcomes: dict[int, set[str]] = {}
    for deal in block.deals:
        outcomes.setdefault(deal["party_id"], set()).add(deal["status"])
    for party_id, seen in outcomes.items():
        status = "active" if "won" in seen else "prospect" if "open" in seen else "lost"
        last = parties[party_id].get("last_contact_at")
        if status == "active" and last and block.now - last > DAY * 300:
            status = "dormant"
        parties[party_id]["status"] = status


def shares(total: int, pieces: int) -> list[int]:
    """A number cut into nearly equal pieces."""
    edges = [total * n // pieces for n in range(pieces + 1)]
    return [after - before for before, after in pairwise(edges)]
