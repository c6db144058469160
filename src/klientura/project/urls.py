"""Addresses of the product."""

from django.urls import URLPattern, URLResolver, include, path

from klientura.connectors.dav.door import dav, well_known
from klientura.kernel.ui import gallery
from klientura.kernel.web.doors import Door, open_to
from klientura.project.health import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health),
    path("api/v1/", include("klientura.kernel.api.urls")),
    path(".well-known/caldav", well_known),
    path(".well-known/carddav", well_known),
    path("dav/", dav),
    path("dav/<path:path>", dav),
    path("ui", open_to(Door.ADMIN)(gallery.gallery), name="gallery"),
    path("ui/part/<slug:name>", open_to(Door.ADMIN)(gallery.part), name="gallery-part"),
    path("", include("klientura.project.firstrun.urls")),
    path("", include("klientura.modules.administration.web.urls")),
    path("", include("klientura.kernel.screens.imports.urls")),
    path("", include("klientura.kernel.screens.duplicates.urls")),
    path("", include("klientura.kernel.screens.merging.urls")),
    path("", include("klientura.kernel.screens.saved.urls")),
    path("", include("klientura.kernel.screens.sheet.urls")),
    path("", include("klientura.kernel.screens.calendar.urls")),
    path("", include("klientura.kernel.screens.map.urls")),
    path("", include("klientura.kernel.screens.segments.urls")),
    path("", include("klientura.kernel.screens.quality.urls")),
    path("", include("klientura.kernel.screens.sharing.urls")),
    path("", include("klientura.kernel.screens.comments.urls")),
    path("", include("klientura.kernel.screens.approvals.urls")),
    path("", include("klientura.modules.conversations.web.urls")),
    path("", include("klientura.connectors.dav.web.urls")),
    path("", include("klientura.modules.activities.web.urls")),
    path("", include("klientura.modules.catalog.web.urls")),
    path("", include("klientura.modules.documents.web.urls")),
    path("", include("klientura.modules.orders.web.urls")),
    path("", include("klientura.modules.payments.web.urls")),
    path("", include("klientura.modules.planning.web.urls")),
    path("", include("klientura.modules.analytics.web.urls")),
    path("", include("klientura.modules.sales.web.urls")),
    path("", include("klientura.kernel.screens.notify.urls")),
    path("", include("klientura.kernel.screens.urls")),
]

handler400 = "klientura.kernel.web.handlers.bad_request"
handler403 = "klientura.kernel.web.handlers.permission_denied"
handler404 = "klientura.kernel.web.handlers.not_found"
handler500 = "klientura.kernel.web.handlers.server_error"
