"""Files that wait for their plan to be looked at; the packs that come with the product."""

from functools import cache
from importlib import resources

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import NotFound
from klientura.kernel.packs.models import Pack
from klientura.kernel.packs.reading import PackFile, read, read_file
from klientura.kernel.schema.fields import require_administrator

SHIPPED = "klientura.packs"


@cache
def _shipped_data() -> dict[str, bytes]:
    """The files that come with the product, by name; they do not change while it runs."""
    folder = resources.files(SHIPPED)
    return {f.name: f.read_bytes() for f in folder.iterdir() if f.name.endswith(".toml")}


def shipped() -> list[PackFile]:
    """The packs that come with the product."""
    return sorted((read_file(data) for data in _shipped_data().values()), key=lambda f: f.key)


def installed(actor: Actor) -> list[Pack]:
    """Every pack that is known here, whatever its state."""
    require_administrator(actor)
    return list(Pack.objects.order_by("key"))


def offer(actor: Actor, file: PackFile) -> Pack:
    """Lay a file down, so that its plan can be looked at and then carried out. It replaces one that was laid down before."""
    require_administrator(actor)
    pack, _new = Pack.objects.get_or_create(
        key=file.key,
        defaults={
            "state": "offered",
            "version": file.version,
            "name": dict(file.name),
            "changed_by_id": actor.user_id,
        },
    )
    pack.offered = dict(file.content)
    pack.save(update_fields=["offered"])
    return pack


def offer_shipped(actor: Actor, pack_key: str) -> Pack:
    """As `offer`, of a pack that comes with the product. Raises NotFound."""
    file = next((f for f in shipped() if f.key == pack_key), None)
    if file is None:
        raise NotFound
    return offer(actor, file)


def one(actor: Actor, pack_key: str) -> Pack:
    """A pack that is known here. Raises NotFound."""
    require_administrator(actor)
    pack = Pack.objects.filter(key=pack_key).first()
    if pack is None:
        raise NotFound
    return pack


def waiting(pack: Pack) -> PackFile | None:
    """The file whose plan is to be looked at: one that was laid down, or that of an installation that broke off."""
    if pack.offered is not None:
        return read(pack.offered)
    return read(pack.content) if pack.state == "incomplete" else None


def dismiss(actor: Actor, pack_key: str) -> None:
    """Take a file that was laid down away again."""
    pack = one(actor, pack_key)
    if pack.state == "offered":
        pack.delete()
        return
    pack.offered = None
    pack.save(update_fields=["offered"])
