"""The keys of the built-in roles. Pure Python: the command line names them before Django is ready."""

from typing import Final

BUILT_IN: Final = ("administrator", "manager", "employee", "observer")
