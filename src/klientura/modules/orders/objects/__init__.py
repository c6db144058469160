"""The objects of papers of sales, in the order a sale goes through them."""

from klientura.modules.orders.objects.closing import CLOSING_PAPER
from klientura.modules.orders.objects.contracts import CONTRACT
from klientura.modules.orders.objects.invoices import INVOICE
from klientura.modules.orders.objects.offers import OFFER
from klientura.modules.orders.objects.orders import ORDER

__all__ = ["CLOSING_PAPER", "CONTRACT", "INVOICE", "OFFER", "ORDER"]
