"""Fields that administrators add: filters and sorts against declared columns, compiling the Shapes, a change under load.

python -m bench.schema [--scale 1] [--data DIR]
"""

import http.client
import shutil
import statistics
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson

from bench import base, cpu
from bench.figures import Figure, finish

if TYPE_CHECKING:
    from klientura.kernel.access.actor import Actor

OBJECTS, FIELDS_EACH = 50, 25
MARK = "bench"
# Declared columns and their doubles, so that both sides hold the very same values.
DOUBLES = (("decision_role", "option"), ("last_contact_at", "datetime"), ("city", "text"))
OTHERS = ("text", "integer", "date", "boolean", "decimal", "long_text")
IN_ALL = 20
CHANGES, READERS, WORKERS = 8, 4, 3


def main() -> int:
    options = base.arguments(__doc__).parse_args()
    options.data = options.data or _own_base(options.scale)
    with base.site(options, workers=WORKERS) as site:
        figures = [compiling()]
        actor = base.actor()
        keys = doubles(actor)
        core = _address({"field": "decision_role", "op": "eq", "value": "decides"}, "-last_contact_at")
        own = _address(
            {"field": keys["decision_role"], "op": "eq", "value": "decides"}, f"-{keys['last_contact_at']}"
        )
        added, declared, ratio = cpu.side_by_side(
            (site.pids, lambda: site.get(own, api=True)), (site.pids, lambda: site.get(core, api=True))
        )
        figures.append(
            Figure(
                "filter and sort by added fields / by declared ones", ratio, "×", 1.5,
                f"{added:.2f} and {declared:.2f} ms",
            )
        )  # fmt: skip
        figures += under_load(site)
    return finish("schema", figures, options.scale)


def _own_base(scale: float) -> Path:
    """A base of its own: the added fields would slow what other benchmarks measure."""
    shared, own = (base.ROOT / ".cache" / "bench" / f"{scale:g}{tail}" for tail in ("", "-own"))
    if not (own / "pg").exists():
        if not (shared / "pg").exists():
            base.make(shared, scale)
        shutil.copytree(shared, own, ignore=shutil.ignore_patterns("run", "postmaster.pid", "*.lock", "lock"))
    return own


def _address(tree: dict[str, Any], sort: str) -> str:
    query = {"filter": orjson.dumps(tree).decode(), "sort": sort, "fields": "title,city,status,owner"}
    return f"/api/v1/person?{urlencode(query)}"


def compiling() -> Figure:
    """How long fifty objects take from their descriptions to Shapes."""
    from klientura.kernel.objects.additions import Additions
    from klientura.kernel.objects.assemble import assemble
    from klientura.kernel.objects.models import AddedField, AddedObject
    from klientura.kernel.objects.registry import declared

    number = OBJECTS - len(declared())
    objects = [
        AddedObject(
            pk=n, key=f"x_{n}", label={"ru": "Вид", "en": "Kind"}, plural={"ru": "Виды", "en": "Kinds"}
        )
        for n in range(1, number + 1)
    ]
    fields = {
        o.key: tuple(
            AddedField(pk=o.pk * 100 + n, object=o.key, key=f"x_{n}", type=OTHERS[n % len(OTHERS)], label={"ru": f"Поле {n}"})
            for n in range(FIELDS_EACH)
        )
        for o in objects
    }  # fmt: skip
    additions = Additions(tuple(objects), fields)
    times = []
    for _each in range(15):
        began = time.process_time()
        assemble(declared(), additions)
        times.append((time.process_time() - began) * 1000)
    return Figure(f"{OBJECTS} objects compiled to Shapes", statistics.median(times), "ms", 5.0)


def doubles(actor: "Actor") -> dict[str, str]:
    """Give people twenty added fields, three of them doubles of declared columns, filled alike; made once per base."""
    from django.db import connection
    from psycopg import sql

    from klientura.kernel.jobs.models import Job
    from klientura.kernel.jobs.service import ACTIVE
    from klientura.kernel.objects.models import AddedField
    from klientura.kernel.objects.registry import all_shapes, shape_of
    from klientura.kernel.schema import fields, indexing
    from klientura.kernel.store import indexes
    from klientura.kernel.store.upkeep import settle

    keys = {name: f"x_{MARK}_{name}" for name, _kind in DOUBLES}
    if AddedField.objects.filter(object="person", key=keys["decision_role"]).exists():
        return keys
    person = shape_of("person")
    options = [{"code": c.code, "label": str(c.label)} for c in person.fields["decision_role"].params.choices]
    wanted: list[tuple[str, dict[str, Any]]] = [
        (
            "person",
            {
                "type": kind,
                "label": name,
                "key": f"{MARK}_{name}",
                **({"options": options} if kind == "option" else {}),
            },
        )
        for name, kind in DOUBLES
    ]
    wanted += [
        (
            "person",
            {
                "type": OTHERS[n % len(OTHERS)],
                "label": f"{MARK} {n}",
                "key": f"{MARK}_{n}",
                "indexed": n % 2 == 0,
            },
        )
        for n in range(IN_ALL - len(DOUBLES))
    ]
    made = {row.key: row for row in fields.add_fields(actor, wanted)}
    # Codes are made of labels; here the double shall hold the very same ones.
    from klientura.kernel.objects.models import AddedOption

    for choice in person.fields["decision_role"].params.choices:
        AddedOption.objects.filter(field=made[keys["decision_role"]], label__ru=str(choice.label)).update(
            code=choice.code
        )
    while Job.objects.filter(kind=indexing.KIND, state__in=ACTIVE).exists():
        time.sleep(0.2)
    with connection.cursor() as cursor:
        table = sql.Identifier(person.table)
        # No history of what never happened, and the texts to be searched stay as they are.
        cursor.execute(sql.SQL("alter table {} disable trigger user").format(table))
        for name in indexes.existing():  # to be made anew over what stands then: many times quicker
            cursor.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))
        pairs = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(made[keys[n]].column), sql.Identifier(n))
            for n, _k in DOUBLES
        )
        rest = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(made[f"x_{MARK}_{n}"].column), sql.SQL(value))
            for n, value in ((0, "'значение ' || id"), (1, "id % 1000"), (3, "id % 2 = 0"), (4, "id / 7.0"))
        )
        cursor.execute(
            sql.SQL("update {} set {}, {} where kind = 'person'").format(
                sql.Identifier(person.table), pairs, rest
            )
        )
        cursor.execute(sql.SQL("alter table {} enable trigger user").format(table))
        cursor.execute(sql.SQL("vacuum full {}").format(table))  # as if the rows had never been other
    indexes.synchronise(all_shapes())
    settle([all_shapes()["person"].table])
    return keys


def under_load(site: base.Site) -> list[Figure]:
    """Add fields while others read and write: how soon every connection sees them, and what breaks (nothing may)."""
    from klientura.kernel.objects.models import AddedField
    from klientura.kernel.schema import fields

    actor, over, failed, asked = base.actor(), threading.Event(), list[str](), [0]

    def work(number: int) -> None:
        mine = base.Site(site.data, site.port, site.process, site.token, site.cookie)
        while not over.is_set():
            try:
                mine.get("/api/v1/organisation?limit=20", api=True)
                mine.send(
                    "POST",
                    "/api/v1/organisation",
                    api=True,
                    body=orjson.dumps({"name": f"Под нагрузкой {number}"}),
                )
                asked[0] += 2
            except (RuntimeError, OSError, http.client.HTTPException) as error:
                failed.append(repr(error))

    readers = [threading.Thread(target=work, args=(n,)) for n in range(READERS)]
    for each in readers:
        each.start()
    late: list[float] = []
    try:
        for number in range(CHANGES):
            row = fields.add_field(
                actor, "organisation", {"type": "text", "label": f"load {number}", "indexed": False}
            )
            began = time.perf_counter()
            late += [_last_without(site, row.key, began) for _each in range(WORKERS * 3)]
            fields.remove_field(actor, row.pk)
            fields.purge_field(actor, row.pk)
    finally:
        over.set()
        for each in readers:
            each.join()
        for left in AddedField.objects.filter(object="organisation", label__ru__startswith="load "):
            fields.remove_field(actor, left.pk)
            fields.purge_field(actor, left.pk)
    if failed:
        print(*failed[:5], sep="\n")
    return [
        Figure(
            "last answer without a new field, of all processes", max(late), "ms", 100.0, f"{CHANGES} changes"
        ),
        Figure(
            "share of requests that broke meanwhile", len(failed) / asked[0], "×", 0.0, f"of {asked[0]:,}"
        ),
    ]


def _last_without(site: base.Site, key: str, began: float) -> float:
    """Milliseconds since the change until a fresh connection was last answered without the new field; 0 when it never was."""
    last = 0.0
    while True:
        fresh = base.Site(site.data, site.port, site.process, site.token, site.cookie)
        try:
            fresh.get(f"/api/v1/organisation?limit=1&fields={key}", api=True)
        except RuntimeError as error:
            if "400" not in str(error):
                raise
            last = (time.perf_counter() - began) * 1000
        else:
            return last
        finally:
            fresh.connection.close()


if __name__ == "__main__":
    sys.exit(main())
