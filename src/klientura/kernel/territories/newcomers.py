"""New records go to whom the rules say, in the transaction that makes them."""

from collections.abc import Sequence

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.batch import Batch
from klientura.kernel.sharing import rows
from klientura.kernel.store import read
from klientura.kernel.territories.dividing import choose, divide, hand_out, rules_of
from klientura.kernel.territories.keeping import PRODUCT


def give_away(actor: Actor, batch: Batch, unowned: Sequence[int], operation_id: int | None) -> None:
    """Give away what was just made: records that nobody was named for (`unowned`), and by rules that say so those whose
    author was.

    An author who would not see such a record any more may go on reading it: it is shared with them.
    """
    shape = batch.shape
    if shape.key not in actor.distributed or actor.user_id is None:
        return
    free = set(unowned)
    own = {d.record_id or 0 for d in batch if d.get("owner") == actor.user_id} - free
    found = divide(shape, sorted(free | own), rules_of(shape, creating=True))
    divided = {n: rule for n, (rule, _owner) in found.items() if n in free or rule.also_own}
    owners = {n: owner for n, owner in choose(shape, divided).items() if owner != actor.user_id}
    if not owners:
        return
    hand_out(shape, owners, operation_id)
    seen = read.titles(actor, shape, sorted(owners))
    lost = sorted(set(owners) - set(seen))
    if lost:
        rows.give(PRODUCT, shape, lost, [rows.Given(user_id=actor.user_id)], [None], operation_id)
