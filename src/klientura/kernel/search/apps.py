"""Django registration."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """The vocabulary of search."""

    name = "klientura.kernel.search"
    label = "search"
