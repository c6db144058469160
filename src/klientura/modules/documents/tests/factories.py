"""What a valid company of ours is made of beyond the types of its fields."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from klientura.kernel.testing.factories import Factory, World


def own_company(_world: "World", number: int) -> dict[str, Any]:
    """A company without requisites, not the main one."""
    return {
        "name": f"Наша фирма {number}",
        "inn": None,
        "kpp": None,
        "ogrn": None,
        "is_main": False,
        "phone": None,
    }


def paper_template(_world: "World", number: int) -> dict[str, Any]:
    """A template that says the title of a client."""
    return {
        "name": f"Письмо {number}",
        "about": "organisation",
        "form": "typst",
        "typst": "#d.title",
        "file": None,
    }


FACTORIES: Final[Mapping[str, "Factory"]] = {"own_company": own_company, "paper_template": paper_template}
