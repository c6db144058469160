"""What the objects of this module have in common: what they are about, and the conditions of their ready views."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from klientura.kernel.objects.spec import Field
from klientura.modules.activities.enums import IN_HAND, UNDER_WAY

ABOUT: Final = {"subject_object": Field(filterable=True, sortable=False), "subject_id": Field(sortable=False)}

SNOOZED: Final = _("Until then it does not show up in “My day”; lists show it as ever.")

MINE: Final = {"field": "owner", "op": "me"}
PAST_DUE: Final = {"field": "due_at", "op": "past"}
DUE_TODAY: Final = {"field": "due_at", "op": "within", "value": "today"}
OPEN_TASK: Final = {"field": "status", "op": "eq", "value": "open"}
IN_COURSE: Final = {"field": "status", "op": "in", "value": list(UNDER_WAY)}
REPORTED: Final = {"field": "status", "op": "eq", "value": "reported"}
NOT_REPORTED: Final = {"field": "status", "op": "in", "value": list(IN_HAND)}
