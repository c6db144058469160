"""Django registration."""

from django.apps import AppConfig


class ViewsConfig(AppConfig):
    """Saved views of lists and boards."""

    name = "klientura.kernel.views"
    label = "views"

    def ready(self) -> None:
        """Have whoever removes a field told which views use it."""
        from klientura.kernel.schema import uses
        from klientura.kernel.views.contents import views_using

        uses.register(views_using)
