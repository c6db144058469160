"""Addresses of the product."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []

handler400 = "klientura.kernel.web.errors.bad_request"
handler403 = "klientura.kernel.web.errors.permission_denied"
handler404 = "klientura.kernel.web.errors.not_found"
handler500 = "klientura.kernel.web.errors.server_error"
