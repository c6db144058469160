"""The columns and the rows of a list, as its table shows them."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from klientura.kernel.access.gate import readable
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.screens.cells import cell, needed_beside, unlinked
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.state import ListState
from klientura.kernel.store import read
from klientura.kernel.web.requests import Request

END_ALIGNED = frozenset({"integer", "decimal", "money"})
USUAL = 160
"""Pixels of a column without a width of its own, in a list that has such; of some types more or less."""
USUAL_OF = {"boolean": 96, "date": 120, "datetime": 150, "long_text": 280}
FIRST = 260


def columns(asked: Request, shape: Shape, state: ListState, keys: Sequence[str]) -> list[dict[str, Any]]:
    """The columns in their order; each with its width when the list has widths of its own."""
    fields = readable(asked.actor, shape)
    made = [_column(asked, shape, state, fields[k]) for k in keys]
    if state.widths:
        for place, column in enumerate(made):
            usual = FIRST if place == 0 else USUAL_OF.get(fields[column["key"]].type.key, USUAL)
            column["width"] = state.widths.get(column["key"], usual)
    return made


def beside(asked: Request, shape: Shape, keys: Sequence[str]) -> list[str]:
    """Fields that other cells need; the outcome that decides whether a next step is missed is one of them."""
    fields = readable(asked.actor, shape)
    wanted = needed_beside(shape.fields, keys)
    if shape.spec.board and shape.spec.board.next_step in keys:
        wanted.append("status")
    return [k for k in wanted if k in fields]


def picture_field(asked: Request, shape: Shape) -> FieldShape | None:
    """The first field of files that the reader sees: a gallery shows its picture."""
    return next((f for f in readable(asked.actor, shape).values() if f.type.key == "file"), None)


def with_pictures(
    asked: Request, field: FieldShape | None, made: list[dict[str, Any]], page: read.Page
) -> list[dict[str, Any]]:
    """The rows of a gallery, each with the address of its picture if it has one."""
    if field is None:
        return made
    for shown, row in zip(made, page.rows, strict=True):
        files = cell(field, row[field.key], row, lang(), company_currency=asked.installation.currency)
        pictures = [item["url"] for item in files["items"] if item["image"] and item["url"]] if files else []
        shown["picture"] = next(iter(pictures), "")
    return made


def _column(asked: Request, shape: Shape, state: ListState, field: FieldShape) -> dict[str, Any]:
    current = state.sort or read.usual_sort(asked.actor, shape)
    direction = "desc" if current.startswith("-") else "asc"
    active = current.removeprefix("-") == field.key
    next_sort = f"-{field.key}" if active and direction == "asc" else field.key
    return {
        "key": field.key,
        "label": field.heading,
        "align": "end" if field.type.key in END_ALIGNED else None,
        "sort_url": f"/{shape.key}?{state.query(sort=next_sort)}" if field.sortable else None,
        "sort": direction if active else None,
    }


def rows(
    asked: Request, shape: Shape, state: ListState, keys: Sequence[str], page: read.Page
) -> list[dict[str, Any]]:
    """The records of a page as rows of cells; the last one knows where the next page is."""
    fields = readable(asked.actor, shape)
    language = lang()
    made: list[dict[str, Any]] = []
    for row in page.rows:
        cells = [
            unlinked(
                asked.actor,
                fields[k],
                cell(fields[k], row[k], row, language, company_currency=asked.installation.currency),
            )
            for k in keys
        ]
        if shape.spec.board and shape.spec.board.next_step in keys and row.get("status") in (None, "open"):
            place = keys.index(shape.spec.board.next_step)
            if cells[place] is None:
                cells[place] = {"kind": "badge", "text": _("no next step"), "hue": "orange"}
        first_is_title = keys[0] in {*shape.spec.title, "title"}
        made.append(
            {
                "id": row["id"],
                "title": row["title"]
                if first_is_title or not _plain_text(cells[0])
                else _plain_text(cells[0]),
                "url": f"/{shape.key}/{row['id']}",
                "peek_url": f"/{shape.key}/{row['id']}?peek=1",
                "cells": cells,
            }
        )
    if page.next and made:
        made[-1]["next_url"] = f"/{shape.key}?{state.query(after=page.next)}"
    return made


def _plain_text(value: Any) -> str:
    return str(value.get("text", "")) if isinstance(value, dict) else str(value or "")
