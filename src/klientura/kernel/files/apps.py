"""Django registration."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Files of records."""

    name = "klientura.kernel.files"
    label = "files"
