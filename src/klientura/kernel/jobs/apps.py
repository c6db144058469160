"""Django registration."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """See the package."""

    name = "klientura.kernel.jobs"
    label = "jobs"
