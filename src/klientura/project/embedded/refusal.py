"""The one exception by which the launcher says why it will not go on."""

from __future__ import annotations


class Refusal(Exception):
    """Something outside the program stands in the way and a person has to act.

    `code` names the message in `klientura.project.cli.texts`; `params` are the values put into it.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code}: {details}" if details else self.code
