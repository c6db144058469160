"""The contract of the public slots sees what it is for."""

import grimp
import pytest

from tools.public_surface import PublicSurfaceContract


def contract(*imports: tuple[str, str]) -> list[tuple[str, str]]:
    graph = grimp.ImportGraph()
    for importer, imported in imports:
        for name in (importer, imported):
            graph.add_module(name)
        graph.add_import(importer=importer, imported=imported)
    options = {"container": "klientura.modules", "public_slots": ["models", "services"]}
    made = PublicSurfaceContract(
        name="slots", session_options={"root_packages": ["klientura"]}, contract_options=options
    )
    broken: list[tuple[str, str]] = made.check(graph, verbose=False).metadata["broken"]
    return broken


@pytest.mark.parametrize(
    ("importer", "imported", "is_open"),
    [
        ("klientura.modules.sales.services.a", "klientura.modules.parties.models", True),
        ("klientura.modules.sales.services.a", "klientura.modules.parties.services.facts", True),
        ("klientura.modules.sales.web.a", "klientura.modules.parties.web.b", False),
        ("klientura.modules.sales.services.a", "klientura.modules.parties.objects", False),
        ("klientura.modules.sales.web.a", "klientura.modules.sales.objects", True),
        ("klientura.project.demo", "klientura.modules.sales.objects", False),
        ("klientura.project.urls", "klientura.modules.sales.web.urls", True),
        ("klientura.kernel.testing.tests.test_a", "klientura.modules.sales.objects", True),
    ],
)
def test_only_public_slots_are_open(importer: str, imported: str, is_open: bool) -> None:
    assert contract((importer, imported)) == ([] if is_open else [(importer, imported)])
