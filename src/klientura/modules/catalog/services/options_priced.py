"""What each option of a product costs before anything is chosen, by the terms of a paper."""

from decimal import Decimal

from klientura.modules.catalog.queries.book import book_of, offered_lists, roles_of
from klientura.modules.catalog.rules import NoRate, chosen_list, converted, price_of
from klientura.modules.catalog.rules.options import Configurator
from klientura.modules.catalog.services.lines import NOBODY, Terms


def prices_of(made: Configurator, terms: Terms) -> dict[int, Decimal]:
    """By option, what as many as go in cost, before discounts; one whose price nobody knows, or that has no rate, is left out."""
    roles = roles_of({terms.party} if terms.party else set()).get(terms.party or 0, NOBODY)
    chosen = terms.price_list or chosen_list(offered_lists(terms.day), roles, terms.currency)
    book = book_of(made.options, {chosen} if chosen else (), terms.day)
    found: dict[int, Decimal] = {}
    for product, option in made.options.items():
        try:
            if option.price is not None:
                one = converted(option.price, made.currency, terms.currency, book.rates)
            else:
                listed = price_of(book, product, option.quantity, chosen, terms.currency)
                if listed is None:
                    continue
                one = listed[0]
        except NoRate:
            continue
        found[product] = one if option.most is not None else one * option.quantity
    return found
