"""Two people at one lead at the same moment."""

import pytest

from klientura.kernel.errors import BadRequest
from klientura.kernel.testing.at_once import at_once
from klientura.kernel.testing.company import found_company
from klientura.modules.sales.models import Lead
from klientura.modules.sales.services.conversion import convert
from klientura.modules.sales.services.leads import take
from klientura.modules.sales.services.pipelines import ensure_default_pipeline
from klientura.modules.sales.tests.test_conversion import ACTOR, a_lead

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_lead_that_is_being_converted_is_not_taken_up_again() -> None:
    boris = found_company().actor("manager")
    ensure_default_pipeline(ACTOR)
    lead = a_lead(boris)
    assert at_once(lambda: convert(boris, lead), lambda: take(boris, lead)) is BadRequest
    assert Lead.objects.get().status == "converted"
