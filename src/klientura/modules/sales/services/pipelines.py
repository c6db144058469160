"""The pipeline that every installation starts with."""

from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.modules.sales.models import Pipeline


def ensure_default_pipeline(actor: Actor) -> int:
    """Make the first pipeline, named in the current language, unless there is one; return its number."""
    found = Pipeline.objects.filter(deleted_at=None).order_by("place", "id").first()
    if found is not None:
        return found.pk
    pipeline = write.create(actor, shape_of("pipeline"), {"name": _("Sales"), "place": 1})
    steps = (
        (_("New request"), "open", 10, 3, "gray", _("Answer within the day and find out what is needed."), ()),
        (
            _("Needs clarified"), "open", 25, 7, "blue", _("Find out the task, the budget, the date and who decides."),
            (_("The budget is known"), _("Known who decides")),
        ),
        (
            _("Offer sent"), "open", 50, 10, "violet", _("Send the offer and agree on a day to talk it over."),
            (_("The offer was talked over with the client"),),
        ),
        (_("Terms agreed"), "open", 75, 10, "teal", _("Agree on the price, the date and the terms of payment."), ()),
        (_("Contract signed"), "open", 90, 7, "orange", _("Issue the invoice and see to its payment."), ()),
        (_("Won"), "won", 100, None, "green", None, ()),
        (_("Lost"), "lost", 0, None, "red", None, ()),
    )  # fmt: skip
    write.create_many(
        actor,
        shape_of("stage"),
        [
            {
                "pipeline": pipeline,
                "name": name,
                "kind": kind,
                "probability": percent,
                "forecast": "commit" if percent >= 90 else "best" if percent >= 75 else "pipeline",
                "days": days,
                "hue": hue,
                "place": place,
                "guide": guide,
                "checklist": [{"name": line, "mandatory": False} for line in checklist],
            }
            for place, (name, kind, percent, days, hue, guide, checklist) in enumerate(steps, start=1)
        ],
    )
    return pipeline
