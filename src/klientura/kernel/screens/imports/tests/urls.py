"""The pages of import in front of the product's own, wherever those include them."""

from django.urls import include, path

from klientura.project.urls import handler400, handler403, handler404, handler500
from klientura.project.urls import urlpatterns as project

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [path("", include("klientura.kernel.screens.imports.urls")), *project]
