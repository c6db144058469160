"""Two browsers that pass the gate at the same moment: the second waits for the first and is refused."""

import threading

import pytest
from django.db import connection, transaction

from klientura.kernel.access.models import User
from klientura.project.firstrun.set_up import AlreadySetUp, set_up

COMPANY = {"company": "Ромашка", "currency": "RUB", "time_zone": "Europe/Moscow", "area_code": ""}


@pytest.mark.django_db(transaction=True)
def test_only_one_wins():
    outcomes: list[str] = []

    def second() -> None:
        try:
            set_up(COMPANY, {"name": "Б", "email": "b@example.org", "password": "Верблюд-и-море-8"}, "ru")
            outcomes.append("set up")
        except AlreadySetUp:
            outcomes.append("refused")
        finally:
            connection.close()

    with transaction.atomic():
        set_up(COMPANY, {"name": "А", "email": "a@example.org", "password": "Верблюд-и-море-7"}, "ru")
        other = threading.Thread(target=second)
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join(20)
    assert outcomes == ["refused"]
    assert [u.email for u in User.objects.all()] == ["a@example.org"]
