"""Django registration."""

from django.apps import AppConfig

from klientura.kernel.objects.registry import register


class OrdersConfig(AppConfig):
    """Papers of sales."""

    name = "klientura.modules.orders"
    label = "orders"

    def ready(self) -> None:
        """Declare the objects and the way to the printed paper."""
        from klientura.kernel.screens.approvals.facts import register_facts
        from klientura.kernel.screens.panels import register_card_way, register_main_panel
        from klientura.modules.orders import jobs
        from klientura.modules.orders.objects import CLOSING_PAPER, CONTRACT, INVOICE, OFFER, ORDER
        from klientura.modules.orders.services import limits, links
        from klientura.modules.orders.web.links import LINKS_PANEL
        from klientura.modules.orders.web.margin import MARGIN_PANEL, margin_fact
        from klientura.modules.orders.web.printing import letter_way, letter_with_link_way, print_way

        for spec in (CONTRACT, OFFER, ORDER, INVOICE, CLOSING_PAPER):
            register(spec)
        register_card_way(print_way)
        register_card_way(letter_way)
        register_card_way(letter_with_link_way)
        register_main_panel(LINKS_PANEL)
        register_main_panel(MARGIN_PANEL)
        for key in limits.LIMITED:
            register_facts(key, margin_fact)
        links.register()
        limits.register()
        jobs.attach()
