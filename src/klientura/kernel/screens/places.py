"""Pages of modules that stand in the navigation beside the kinds of record."""

from dataclasses import dataclass

from klientura.kernel.errors import Text


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the navigation, open to everybody who is signed in."""

    key: str
    label: Text
    icon: str
    url: str
    at_top: bool = False  # right below the start page
    area: Text = ""  # the heading below which it stands, as objects have one
    by_thumb: bool = False  # at the foot of a phone's screen, where the day's work is done


_places: list[Place] = []


def register_place(place: Place) -> None:
    """Put a page into the navigation, behind those that are there."""
    if all(known.key != place.key for known in _places):
        _places.append(place)


def places() -> tuple[Place, ...]:
    """The pages in their order."""
    return tuple(_places)
