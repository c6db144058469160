"""A contract for import-linter: modules meet only at their public slots."""

from __future__ import annotations

from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class PublicSurfaceContract(Contract):
    """Of another module below `container` only the `public_slots` may be imported; tests may import what they test.

    The built-in `protected` contract would also keep a module from its own inner slots.
    """

    container = fields.StringField()
    public_slots = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at every import that goes from outside into a module."""
        prefix = f"{self.container}."
        slots = set(cast("list[str]", self.public_slots))
        broken = []
        for imported in sorted(m for m in graph.modules if m.startswith(prefix)):
            owner, _dot, inside = imported.removeprefix(prefix).partition(".")
            if not inside or inside.split(".")[0] in slots:
                continue
            own = f"{prefix}{owner}."
            broken += [
                (importer, imported)
                for importer in sorted(graph.find_modules_that_directly_import(imported))
                if not f"{importer}.".startswith(own) and not may_look_inside(importer, inside)
            ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name every import that should not be."""
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} imports {imported}, which is not public", bold=False)


def may_look_inside(importer: str, inside: str) -> bool:
    """Tests may; and the project puts the addresses of all modules together."""
    return ".tests" in importer or (importer.startswith("klientura.project") and inside.endswith("urls"))
