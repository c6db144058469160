"""Django registration."""

from django.apps import AppConfig

from klientura.kernel.objects.registry import register


class PaymentsConfig(AppConfig):
    """Money that comes in."""

    name = "klientura.modules.payments"
    label = "payments"

    def ready(self) -> None:
        """Declare the objects, and have payments entered for an invoice pay it."""
        from klientura.kernel.screens.commands import register_commands
        from klientura.kernel.screens.panels import register_main_panel
        from klientura.kernel.screens.places import register_place
        from klientura.kernel.store.write import register_after_insert
        from klientura.modules.orders.services.due import register_terms
        from klientura.modules.orders.services.issuing import register_look
        from klientura.modules.payments.objects import CREDIT_RELEASE, CREDIT_TERMS, PAYMENT
        from klientura.modules.payments.queries.terms import due_days
        from klientura.modules.payments.services import posting, telling
        from klientura.modules.payments.services.allocating import pay_named_invoices
        from klientura.modules.payments.services.credit import look_at_credit
        from klientura.modules.payments.web.panels import DEAL_PANEL, INVOICE_PANEL, PAYMENT_PANEL
        from klientura.modules.payments.web.receivables import PLACE
        from klientura.modules.payments.web.settlements import SETTLEMENTS_PANEL
        from klientura.modules.payments.web.statements import commands

        posting.register()
        telling.register()
        register_commands(commands)
        register(PAYMENT, CREDIT_TERMS, CREDIT_RELEASE)
        register_main_panel(PAYMENT_PANEL, first=True)
        register_main_panel(INVOICE_PANEL)
        register_main_panel(SETTLEMENTS_PANEL)
        register_main_panel(DEAL_PANEL)
        register_place(PLACE)
        register_look(look_at_credit)
        register_terms(due_days)
        register_after_insert(pay_named_invoices)
