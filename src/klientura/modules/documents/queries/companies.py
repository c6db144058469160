"""Our own companies as papers are begun with them."""

from typing import Any

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.store.read import Ref
from klientura.modules.documents.models import OwnCompany


def main_company(actor: Actor) -> dict[str, Any]:
    """The company a new paper is of, unless another is chosen: the main one, else the first."""
    tree = {"field": "is_active", "op": "eq", "value": True}
    rows = read.page(
        actor, shape_of("own_company"), tree=tree, sort="id", limit=50, keys=["title", "is_main"]
    ).rows
    found = next((r for r in rows if r["is_main"]), rows[0] if rows else None)
    return {"company": Ref(found["id"], found["title"])} if found else {}


def prefix_of(company_id: int) -> str:
    """What stands before the numbers of a company's papers."""
    return OwnCompany.objects.values_list("prefix", flat=True).get(pk=company_id) or ""


def companies_by_account(actor: Actor) -> dict[str, Ref]:
    """Our companies in use that the actor sees, by the numbers of their bank accounts."""
    tree = {"field": "is_active", "op": "eq", "value": True}
    shape = shape_of("own_company")
    rows = read.page(actor, shape, tree=tree, sort="id", limit=read.MAX_LIMIT, keys=["title"]).rows
    parts = read.parts_of(actor, shape, [r["id"] for r in rows])
    names = {r["id"]: r["title"] for r in rows}
    return {
        account["account"]: Ref(number, names[number])
        for number, lines in parts.items()
        for account in lines.get("accounts", ())
    }
