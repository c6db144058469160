"""Django registration."""

from django.apps import AppConfig

from klientura.kernel.objects.registry import register


class DocumentsConfig(AppConfig):
    """Papers and who issues them."""

    name = "klientura.modules.documents"
    label = "documents"

    def ready(self) -> None:
        """Declare the objects and the ways to papers by templates."""
        from klientura.kernel.screens.panels import register_card_way, register_main_panel
        from klientura.modules.documents.objects import OWN_COMPANY, PAPER_TEMPLATE
        from klientura.modules.documents.web.templates import TRY_PANEL, papers_way

        register(OWN_COMPANY)
        register(PAPER_TEMPLATE)
        register_main_panel(TRY_PANEL, first=True)
        register_card_way(papers_way)
