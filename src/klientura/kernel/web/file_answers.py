"""Giving a file to whoever may read the record and the field that hold it, at this very moment, and doing no harm with it."""

import io
from collections.abc import Iterable, Sequence

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable, require, writable
from klientura.kernel.errors import BadRequest, Denied, NotFound
from klientura.kernel.fields.files import FileRef
from klientura.kernel.files import keeping
from klientura.kernel.files.storage import storage
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.store import read
from klientura.kernel.web.bodies import Takes
from klientura.kit.file_kinds import SHOWN_IN_PLACE
from klientura.kit.tabular.writing import Value, write_csv

FILE = Takes(keeping.most_bytes, keeping.too_large)
"""What a view that brings a file takes."""
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LOST = _("The file itself cannot be found. Tell your administrator.")


def file_field(actor: Actor, shape: Shape, key: str) -> FieldShape:
    """A field of files that the actor sees. Raises NotFound."""
    field = readable(actor, shape).get(key)
    if field is None or field.type.key != "file":
        raise NotFound
    return field


def printed(title: str, pdf: bytes) -> HttpResponse:
    """A paper that was typeset just now, shown by the browser and kept by its title."""
    return made(pdf, PDF, title.rstrip(".") + ".pdf", in_place=True)


def made(content: bytes, media: str, name: str, *, in_place: bool = False) -> HttpResponse:
    """A file that was made just now, kept by a name or shown by the browser (`in_place`)."""
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = content_disposition_header(not in_place, name) or ""
    return response


def made_csv(rows: Iterable[Sequence[Value]], name: str) -> HttpResponse:
    """A table that was made just now, as a file that spreadsheets open."""
    stream = io.BytesIO()
    write_csv(rows, stream)
    return made(stream.getvalue(), "text/csv; charset=utf-8", name)


def given(
    request: HttpRequest, actor: Actor, shape: Shape, record_id: int, key: str, file_id: int
) -> HttpResponseBase:
    """The file that a record holds. Raises NotFound for whatever the actor may not read, as for what is not there."""
    require(actor, shape, "read")
    field = file_field(actor, shape, key)
    row = read.get(actor, shape, record_id, keys=[field.key])
    found = next((each for each in row[field.key] or () if each == file_id), None)
    if not isinstance(found, FileRef):
        raise NotFound
    return answer(request, found)


def answer(request: HttpRequest, found: FileRef) -> HttpResponseBase:
    """A file that the reader is known to be allowed. Raises NotFound when its bytes are lost."""
    tag = f'"{found.sha256[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        unchanged = HttpResponseNotModified()
        unchanged["ETag"] = tag
        return _harmless(unchanged, found)
    try:
        stream = storage().open(found.sha256)
    except FileNotFoundError:
        raise NotFound(LOST, code="file_lost") from None
    in_place = found.media in SHOWN_IN_PLACE and "save" not in request.GET
    # FileResponse closes what it streams when the answer is done.
    response = FileResponse(stream, as_attachment=not in_place, filename=found.name, content_type=found.media)
    response["Content-Length"] = str(found.size)
    response["ETag"] = tag
    return _harmless(response, found)


def _harmless[R: HttpResponseBase](response: R, found: FileRef) -> R:
    """No script of a file ever runs as ours, and nobody in between keeps it."""
    response["X-Content-Type-Options"] = "nosniff"
    # The browser's own reader of PDF does not work in a sandbox.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'" + (
        "" if found.media == PDF else "; sandbox"
    )
    response["Cache-Control"] = "private, no-cache"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def brought(request: HttpRequest, actor: Actor, shape: Shape, key: str) -> FileRef:
    """Keep the file of a form («file») as a draft, for a field that the actor may fill in. Raises what tells why not."""
    field = file_field(actor, shape, key)
    if not any(may(actor, shape, verb) for verb in ("create", "edit")) or not field.writable:
        raise Denied
    if not writable(actor, shape, key):
        raise Denied
    upload = request.FILES.get("file")
    if upload is None:
        raise BadRequest(_("Choose a file."), code="file")
    return keeping.bring(actor, upload.name or "", upload)


def described(found: FileRef) -> dict[str, object]:
    """A file for a program."""
    return {"id": int(found), "name": found.name, "size": found.size, "type": found.media}
