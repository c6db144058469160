"""A filter that names a colleague or a client says who that is, also after a reload."""

import json
import re

import pytest

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import found_company

pytestmark = pytest.mark.django_db


def test_records_of_a_filter_bring_their_titles_if_they_are_open() -> None:
    company = found_company()
    boss, outsider = company.actor("administrator"), company.users["outsider"]
    firm = write.create(boss, shape_of("organisation"), {"name": "Альфа"})
    tree = {
        "or": [
            {"field": "owner", "op": "eq", "value": str(outsider.pk)},
            {"field": "employer", "op": "eq", "value": firm},
        ]
    }

    def names(who: str) -> dict[str, dict[str, str]]:
        page = company.client(who).get("/person", {"filter": json.dumps(tree)}).content.decode()
        block = re.search(r'<script[^>]*id="filter-fields"[^>]*>(.*?)</script>', page, re.DOTALL)
        assert block is not None
        return {f["key"]: f["names"] for f in json.loads(block[1]) if "names" in f}

    assert names("administrator") == {
        "owner": {str(outsider.pk): "Дина Юсупова"},
        "employer": {str(firm): "Альфа"},
    }
    assert names("employee") == {"owner": {str(outsider.pk): "Дина Юсупова"}, "employer": {}}
