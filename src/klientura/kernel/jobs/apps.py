"""Django registration."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Work that takes longer than a request, with its progress."""

    name = "klientura.kernel.jobs"
    label = "jobs"
