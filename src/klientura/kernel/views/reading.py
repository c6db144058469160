"""Which views a reader has: their own, those shared with their team, those shared with everyone."""

from collections.abc import Sequence

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, require
from klientura.kernel.errors import NotFound
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.views.contents import Contents, contents
from klientura.kernel.views.models import Pin, View

MOST = 300
"""Views of one reader that are ever shown at once."""
NO_SUCH_VIEW = _("There is no such view, or it is not open to you.")


def open_views(actor: Actor) -> QuerySet[View]:
    """The views open to the actor, each with its place among the actor's pinned ones (None: not pinned)."""
    teams = {*actor.tree_ids, *([actor.team_id] if actor.team_id else [])}
    mine = Q(owner_id=actor.user_id or 0)
    shared = Q(visibility="everyone") | Q(visibility="team", team_id__in=teams)
    place = Pin.objects.filter(view_id=OuterRef("pk"), user_id=actor.user_id or 0)
    objects = [s.key for s in all_shapes().values() if may(actor, s, "read")]
    return (
        View.objects.filter(mine | shared, object__in=objects, deleted_at=None)
        .annotate(pinned=Subquery(place.values("position")[:1]))
        .order_by(F("pinned").asc(nulls_last=True), "position", "name", "pk")
    )


# Every page asks this. Put together anew by the ORM it would cost a list an eighth of its time.
_AROUND = """
select v.id, v.object, v.name, v.kind, v.owner_id, v.visibility, v.team_id, v.position, v.default_roles, v.version,
  p.position as pinned
from kernel_view v left join kernel_view_pin p on p.view_id = v.id and p.user_id = %(user)s
where v.deleted_at is null and v.object = any(%(objects)s) and (p.id is not null or v.object = %(object)s)
  and (v.owner_id = %(user)s or v.visibility = 'everyone' or (v.visibility = 'team' and v.team_id = any(%(teams)s)))
order by p.position nulls last, v.position, v.name, v.id limit %(most)s
"""


def around(actor: Actor, object_key: str | None = None) -> Sequence[View]:
    """The pinned views of all objects, and every view of one: what a page says of views, in one query."""
    if actor.user_id is None:
        return []
    values = {
        "user": actor.user_id, "teams": [*actor.tree_ids, *([actor.team_id] if actor.team_id else [])],
        "objects": [s.key for s in all_shapes().values() if may(actor, s, "read")], "object": object_key or "", "most": MOST,
    }  # fmt: skip
    return list(View.objects.raw(_AROUND, values))


def one(actor: Actor, view_id: int) -> View:
    """A view that is open to the actor. Raises NotFound, also for what exists but is not open."""
    found = open_views(actor).filter(pk=view_id).select_related("owner").first()
    if found is None:
        raise NotFound(NO_SUCH_VIEW)
    return found


def of_object(actor: Actor, shape: Shape, view_id: int) -> View:
    """A view of this object. Raises NotFound."""
    found = one(actor, view_id)
    if found.object != shape.key:
        raise NotFound(NO_SUCH_VIEW)
    return found


def shown(actor: Actor, view: View) -> tuple[Shape, Contents]:
    """The object of a view, and what the view shows this reader."""
    shape = shape_of(view.object)
    require(actor, shape, "read")
    return shape, contents(actor, shape, view)


def default_of(actor: Actor, shape: Shape) -> View | None:
    """The view with which the object opens for the actor's role."""
    found = open_views(actor).filter(object=shape.key, default_roles__contains=[actor.role])
    return found.filter(visibility="everyone").first()


def may_change(actor: Actor, view: View) -> bool:
    """Whether the actor may change or delete a view: their own, and an administrator any that is shared."""
    return view.owner_id == actor.user_id or (actor.is_admin and view.visibility != "private")


def may_share(actor: Actor, shape: Shape) -> bool:
    """Whether the actor may show views to others: whoever works on the records, not only looks at them."""
    return any(may(actor, shape, verb) for verb in ("create", "edit", "delete"))


def found_by_name(actor: Actor, words: str, limit: int) -> list[View]:
    """The views whose names hold the words."""
    found = open_views(actor).filter(name__icontains=words)
    return list(found.defer("state")[:limit])
