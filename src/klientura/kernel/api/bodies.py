"""Reading what programs send: strict JSON, bounded parameters."""

import json
import math
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import BadRequest, KernelError
from klientura.kernel.fields.tags import as_listed
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.read import MAX_LIMIT

MAX_DEPTH = 20
MAX_BODY = 4 * 1024 * 1024
MAX_ID = 2**63 - 1


class VersionRequired(KernelError):
    """A change came without the version it is based on."""

    status = 428
    code = "version_required"
    default_message = _("Send the version you saw in If-Match, so that nobody's change is lost.")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def loads(text: bytes | str) -> Any:
    """Parse JSON as RFC 8259 has it: no NaN, no duplicate keys, no lone surrogates, bounded depth. Raises BadRequest."""
    bad = BadRequest(_("The body is not valid JSON."), code="json")
    try:
        raw = text.decode("utf-8") if isinstance(text, bytes) else text
        value = json.loads(raw, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
        _check(value, 0)
    except (ValueError, RecursionError) as error:
        raise bad from error
    return value


def _check(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ValueError("too deep")
    if isinstance(value, str):
        value.encode("utf-8")  # a lone surrogate raises UnicodeEncodeError, which is a ValueError
    elif isinstance(value, float):
        if not math.isfinite(value):  # 1e400 is JSON, and infinity once it is read
            raise ValueError("out of range")
    elif isinstance(value, dict):
        for key, item in value.items():
            key.encode("utf-8")
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a request. Raises BadRequest."""
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in {"application/json", "application/merge-patch+json"}:
        raise BadRequest(_("Send JSON with the Content-Type application/json."), code="content_type")
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        raise BadRequest(_("What was sent is too large."), code="too_large")
    value = loads(request.body)
    if not isinstance(value, dict):
        raise BadRequest(_("A JSON object is expected."), code="json")
    return value


def values_of(shape: Shape, values: dict[str, Any]) -> dict[str, Any]:
    """The values of a record as a program sends them: a text names tags by code first, as a list does, and not as people type."""
    tagged = {k for k, f in shape.fields.items() if f.params.dictionary}
    return {k: as_listed(v) if k in tagged else v for k, v in values.items()}


def currency_of(request: HttpRequest) -> str | None:
    """The code of a currency that was asked for. Raises BadRequest."""
    raw = request.GET.get("currency")
    if raw is None:
        return None
    if len(raw) != 3 or not (raw.isascii() and raw.isalpha() and raw.isupper()):
        raise BadRequest(_("A currency is named by three letters, such as RUB."), code="currency")
    return raw


def limit_of(request: HttpRequest) -> int:
    """The page size asked for: 1 to 200, 50 by default."""
    raw = request.GET.get("limit")
    if raw is None:
        return 50
    if not raw.isascii() or not raw.isdigit() or len(raw) > 4 or not 1 <= int(raw) <= MAX_LIMIT:
        raise BadRequest(_("The limit must be a number from 1 to 200."), code="limit")
    return int(raw)


def keys_of(request: HttpRequest, name: str) -> list[str] | None:
    """A comma-separated list of keys."""
    raw = request.GET.get(name)
    return None if not raw else [key.strip() for key in raw.split(",") if key.strip()][:200]


def filter_of(request: HttpRequest) -> dict[str, Any] | None:
    """The filter tree of the address."""
    raw = request.GET.get("filter")
    if not raw:
        return None
    tree = loads(raw)
    if not isinstance(tree, dict):
        raise BadRequest(_("The filter could not be read: each condition must be an object."), code="filter")
    return tree


def version_of(request: HttpRequest) -> int | None:
    """The version in If-Match, as in `"3"`; None when the header is absent, BadRequest when it is no version of ours."""
    raw = request.headers.get("If-Match")
    if raw is None:
        return None
    text = raw.strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadRequest(_('If-Match must hold the version you saw, as in "3".'), code="version")
    return int(text)


def ids_of(value: Any) -> tuple[int, ...]:
    """A list of record numbers from a body."""
    if (
        not isinstance(value, list)
        or len(value) > 10_000
        or not all(isinstance(i, int) and not isinstance(i, bool) and 0 < i <= MAX_ID for i in value)
    ):
        raise BadRequest(_("A list of record numbers is expected."), code="ids")
    return tuple(dict.fromkeys(value))


def required_version(request: HttpRequest) -> int:
    """The version of If-Match. Raises VersionRequired when there is none, and as `version_of` does."""
    version = version_of(request)
    if version is None:
        raise VersionRequired
    return version
