"""The tiles of maps: only an address that can be allowed by its host alone is taken."""

import pytest

from klientura.kernel.settings.installation import current
from klientura.kernel.settings.maps import OSM_TILES, is_template, origin
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.mark.parametrize(
    "text",
    [
        "http://tiles.example/{z}/{x}/{y}.png", "https://{s}.tiles.example/{z}/{x}/{y}.png", "https://tiles.example/{z}/{x}.png",
        "https://*.example/{z}/{x}/{y}", "https://tiles.example/{z}/{x}/{y};script-src *", "https://a.example b/{z}/{x}/{y}",
        "https://user@tiles.example/{z}/{x}/{y}", "https://tiles.example/{z}/{x}/{y}/{q}", "//tiles.example/{z}/{x}/{y}",
        "https://tiles.example:٣٤/{z}/{x}/{y}", "https://tiles.example:65536/{z}/{x}/{y}", "https://tiles.example:0/{z}/{x}/{y}",
        "https://tiles..example/{z}/{x}/{y}", "https://tiles.example./{z}/{x}/{y}", "https://a-.example/{z}/{x}/{y}",
        "https://" + ".".join(["a" * 63] * 4) + ".example/{z}/{x}/{y}", "https://tiles.example/{z}/{x}/{y}'",
        "https://tiles.example/{z}/{x}/{y}\nx", "https://tiles.example/{z}/{x}/{y}/{", "",
    ],
)  # fmt: skip
def test_what_is_no_address_of_tiles(text: str) -> None:
    assert not is_template(text)


def test_an_address_and_its_host() -> None:
    text = "https://tiles.example:8443/v1/{z}/{x}/{y}{r}.png?key=a_1"
    assert is_template(text)
    assert is_template(OSM_TILES)
    assert origin(text) == "https://tiles.example:8443"


def test_an_administrator_chooses_the_tiles(company: Company) -> None:
    client = company.client("administrator")
    assert client.get("/settings/map").status_code == 200
    values = {"map_tiles": "https://tiles.example/{z}/{x}/{y}.png", "map_credit": " © We "}
    assert client.post("/settings/map", values).status_code == 302
    assert (current().map_tiles, current().map_credit) == ("https://tiles.example/{z}/{x}/{y}.png", "© We")
    refused = client.post("/settings/map", {"map_tiles": "http://tiles.example/{z}/{x}/{y}.png"})
    assert refused.status_code == 422
    assert current().map_credit == "© We"
    assert client.post("/settings/map/openstreetmap").status_code == 302
    assert current().map_tiles == OSM_TILES
    assert "OpenStreetMap" in current().map_credit
    assert client.post("/settings/map", {"map_tiles": "", "map_credit": "x"}).status_code == 302
    assert (current().map_tiles, current().map_credit) == ("", "")
    assert company.client("manager").get("/settings/map").status_code == 403
