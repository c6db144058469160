"""The palette and the search page: nearest kinds first, and the settings for those who may open them."""

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import found_company

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


@pytest.mark.parametrize("address", ["/search", "/search/palette"])
@pytest.mark.parametrize("typed", ["кузнецов", "Кузнецев"])
def test_who_is_called_so_stands_before_what_mentions_it(address: str, typed: str) -> None:
    client = found_company().client("administrator")
    firm = {"name": "Ромашка", "full_name": "ИП Кузнецов К. А. и партнёры"}
    write.create(ACTOR, shape_of("organisation"), firm)
    write.create(ACTOR, shape_of("person"), {"last_name": "Кузнецов", "first_name": "Константин"})
    page = client.get(address, {"q": typed}).content.decode()
    assert page.index("Кузнецов Константин") < page.index("Ромашка")


def test_the_palette_knows_the_settings_that_are_open_the_theme_and_the_way_out() -> None:
    company = found_company()
    admins, employees = (
        company.client(who).get("/").content.decode() for who in ("administrator", "employee")
    )
    for page in (admins, employees):
        assert 'href="/me" data-command=' in page
        assert 'data-set-theme="dark" data-command=' in page
        assert 'data-sign-out="/sign-out" data-command=' in page
    assert 'href="/settings/users" data-command=' in admins
    assert 'href="/settings/users" data-command=' not in employees
