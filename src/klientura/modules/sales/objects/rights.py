"""Rights to what the product is worked with, and not worked on."""

from typing import Final

from klientura.kernel.objects.spec import Scope

SETTINGS_RIGHTS: Final[dict[str, dict[str, Scope]]] = {
    "manager": {
        "read": "all",
        "create": "none",
        "edit": "none",
        "delete": "none",
        "import": "none",
        "export": "none",
    },
    "employee": {"read": "all", "create": "none", "edit": "none"},
    "observer": {"read": "all"},
}
KNOWN_TO_ALL: Final[dict[str, dict[str, Scope]]] = {
    "manager": {"read": "all", "create": "all", "edit": "all"},
    "employee": {"read": "all", "create": "own", "edit": "own"},
    "observer": {"read": "all"},
}
"""What everybody who sells is to know, and whoever learns of it notes."""
