"""The gate: what is allowed over which channel at which moment, also for people whose cards became one."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from klientura.kernel.history.undo import undo
from klientura.kernel.merging.merge import merge
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.days import company_today
from klientura.modules.consents.models import Consent
from klientura.modules.consents.queries.allowed import allowed
from klientura.modules.consents.services import giving
from klientura.modules.consents.tests.given import ACTOR, ago, consent, person

pytestmark = pytest.mark.django_db


def ask(
    number: int, channel: str = "email", purpose: str = "advertising", at: dt.datetime | None = None
) -> tuple[bool, str]:
    with translation.override("ru"):
        verdict = allowed(purpose, channel, [number], at)[number]
        return verdict.allowed, verdict.reason


def test_nothing_is_allowed_that_nobody_has_consented_to():
    one, other = person(), person("Другая")
    consent(one)
    assert ask(one) == (True, "")
    assert ask(one, purpose="processing") == (False, "нет согласия")
    assert ask(other) == (False, "нет согласия")


def test_a_consent_to_one_channel_is_none_to_another_and_one_to_all_is_one_to_each():
    narrow, wide = person(), person("Другая")
    consent(narrow, channel="email")
    consent(wide, channel="all")
    assert (ask(narrow)[0], ask(narrow, "sms")[0], ask(narrow, "all")[0]) == (True, False, False)
    assert (ask(wide)[0], ask(wide, "sms")[0], ask(wide, "all")[0]) == (True, True, True)


def test_what_is_withdrawn_is_allowed_before_and_refused_after_with_the_day():
    number = person()
    made = consent(number, given_at=ago(days=30))
    giving.withdraw(ACTOR, made, {"withdrawn_at": ago(days=3), "withdrawn_how": "letter"})
    day = timezone.localtime(timezone.now() - dt.timedelta(days=3)).strftime("%d.%m.%Y")
    assert ask(number) == (False, f"отозвано {day}")
    assert ask(number, at=timezone.now() - dt.timedelta(days=4)) == (True, "")
    assert ask(number, at=timezone.now() - dt.timedelta(days=31)) == (False, "нет согласия")


def test_who_consents_again_after_a_withdrawal_has_consented():
    number = person()
    consent(number, given_at=ago(days=30), withdrawn_at=ago(days=3), withdrawn_how="word")
    consent(number, given_at=ago(days=1))
    assert ask(number) == (True, "")


def test_the_last_day_counts_whole_and_the_next_one_does_not():
    number = person()
    today = company_today()
    consent(number, given_at=ago(days=30), valid_until=today.isoformat())
    assert ask(number) == (True, "")
    Consent.objects.update(valid_until=today - dt.timedelta(days=1))
    assert ask(number) == (False, f"истекло {(today - dt.timedelta(days=1)).strftime('%d.%m.%Y')}")


def test_what_replaces_a_consent_holds_in_its_place():
    number = person()
    old = consent(number, channel="all", given_at=ago(days=30))
    giving.replace(ACTOR, old, {"channel": "email"})
    assert (ask(number)[0], ask(number, "sms")[0]) == (True, False)
    assert Consent.objects.get(pk=old).status == "replaced"


def test_a_withdrawal_counts_against_earlier_consents_to_the_same_alone():
    number = person()
    consent(number, channel="all", given_at=ago(days=30))
    consent(number, channel="email", given_at=ago(days=20), withdrawn_at=ago(days=10), withdrawn_how="word")
    assert (ask(number)[0], ask(number, "sms")[0]) == (False, True)


def test_of_two_cards_that_become_one_the_stricter_holds_and_apart_each_has_its_own_again():
    shape = shape_of("person")
    kept, gone = person("Ёлкина", email="a@example.org"), person("Ёлкина", email="b@example.org")
    consent(kept, given_at=ago(days=30))
    consent(gone, given_at=ago(days=60), withdrawn_at=ago(days=5), withdrawn_how="word")
    assert (ask(kept)[0], ask(gone)[0]) == (True, False)

    done = merge(ACTOR, shape, kept, [gone])
    assert not ask(kept)[0], "the withdrawal is later than the consent"

    undo(ACTOR, done.operation_id)
    assert (ask(kept)[0], ask(gone)[0]) == (True, False)


def test_an_earlier_withdrawal_of_the_other_card_does_not_touch_a_later_consent():
    kept, gone = person("Ёлкина"), person("Ёлкина")
    consent(kept, given_at=ago(days=2))
    consent(gone, given_at=ago(days=60), withdrawn_at=ago(days=5), withdrawn_how="word")
    merge(ACTOR, shape_of("person"), kept, [gone])
    assert ask(kept) == (True, "")


def test_one_statement_for_any_number_of_people():
    numbers = [person(f"Ёлкина {n}") for n in range(30)]
    for number in numbers[::2]:
        consent(number)
    with CaptureQueriesContext(connection) as captured:
        found = allowed("advertising", "email", numbers)
    asked = [q for q in captured.captured_queries if "kernel_installation" not in q["sql"]]
    assert len(asked) == 1
    assert [found[n].allowed for n in numbers] == [n % 2 == 0 for n in range(30)]


moments = st.integers(min_value=0, max_value=12)
consents = st.lists(
    st.tuples(moments, st.none() | moments, st.none() | moments, st.sampled_from(["all", "email", "sms"])), max_size=5
)  # fmt: skip
BEGAN = dt.datetime(2025, 1, 1, 9, tzinfo=dt.UTC)


def on(day: int) -> dt.datetime:
    return BEGAN + dt.timedelta(days=day)


class Any(TestCase):
    """The statement against the rule, told a second time in plain Python."""

    @settings(max_examples=40, deadline=None)
    @given(told=consents, at=moments, channel=st.sampled_from(["all", "email", "sms"]))
    def test_the_statement_says_what_the_rule_says(self, told, at, channel):
        number = person()
        rows = [
            (g, g + w if w is not None else None, g + u if u is not None else None, c) for g, w, u, c in told
        ]
        for begun, withdrawn, until, over in rows:
            more: dict[str, str] = {}
            if withdrawn is not None:
                more |= {"withdrawn_at": on(withdrawn).isoformat(), "withdrawn_how": "word"}
            if until is not None:
                more["valid_until"] = on(until).date().isoformat()
            consent(number, given_at=on(begun).isoformat(), channel=over, **more)
        mine = [r for r in rows if r[3] in {channel, "all"}]
        expected = any(
            g <= at and (w is None or w > at) and (u is None or u >= at)
            and not any(o is not r and o[1] is not None and o[1] <= at and o[1] >= g for o in mine)
            for r in mine for g, w, u, _c in [r]
        )  # fmt: skip
        assert allowed("advertising", channel, [number], on(at))[number].allowed == expected
