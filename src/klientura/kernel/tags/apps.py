"""Django registration."""

from django.apps import AppConfig


class TagsConfig(AppConfig):
    """Dictionaries of tags."""

    name = "klientura.kernel.tags"
    label = "tags"
