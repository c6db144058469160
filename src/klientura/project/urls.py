"""Addresses of the product."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("klientura.kernel.api.urls")),
]

handler400 = "klientura.kernel.web.errors.bad_request"
handler403 = "klientura.kernel.web.errors.permission_denied"
handler404 = "klientura.kernel.web.errors.not_found"
handler500 = "klientura.kernel.web.errors.server_error"
