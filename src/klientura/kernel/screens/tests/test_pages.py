"""The pages of an object answer, with data and without."""

import pytest
from django.test import Client
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.users import create_user
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import change
from klientura.kernel.store import write
from klientura.modules.sales.services.pipelines import ensure_default_pipeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    change(set_up_at=timezone.now())
    user = create_user(
        email="boss@example.org", name="Анна Ким", password="Верблюд-и-море-7", role="administrator"
    )
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    "key", ["organisation", "person", "opportunity", "interaction", "task", "relation", "pipeline"]
)
def test_empty_and_new(admin: Client, key: str):
    for address in (f"/{key}", f"/{key}/new", f"/{key}/new?dialog=1", f"/{key}/count", f"/{key}?q=иванов"):
        response = admin.get(address)
        assert response.status_code == 200, (address, response.content[:500])


def test_card_and_board(admin: Client):
    actor = SystemActor("test")
    ensure_default_pipeline(actor)
    org = write.create(
        actor, shape_of("organisation"), {"name": "Альфа", "phone": "+7 843 200-00-00", "city": "Казань"}
    )
    deal = write.create(
        actor, shape_of("opportunity"), {"name": "Станки", "party": org, "amount": "150000.50"}
    )
    for address in (
        f"/organisation/{org}", f"/organisation/{org}?tab=history", f"/organisation/{org}?peek=1", f"/organisation/{org}/edit",
        f"/party/{org}", f"/opportunity/{deal}", "/opportunity?view=board", f"/organisation/{org}/fact/city", f"/organisation/{org}/fact/owner",
        "/organisation", "/search?q=альфа", "/search/palette?q=fkmaf", "/search/reference/party?q=2000000", "/search/users?q=анна",
    ):  # fmt: skip
        response = admin.get(address, follow=True)
        assert response.status_code == 200, (address, response.content[:800])
    response = admin.post(
        f"/organisation/{org}/fact/city", {"city": "Уфа", "version": "1"}, headers={"HX-Request": "true"}
    )
    assert response.status_code == 200
    assert "Уфа" in response.content.decode()
