"""What classifiers call units and products, as papers print it."""

from collections.abc import Collection

from klientura.modules.catalog.models import Product, Unit


def unit_codes(ids: Collection[int]) -> dict[int, str]:
    """The codes by ОКЕИ of some units; those that have none are left out."""
    found = Unit.objects.filter(pk__in=ids, code__isnull=False)
    return dict(found.values_list("pk", "code"))  # type: ignore[arg-type]


def is_priced(product: int) -> bool:
    """Whether a product has a price of its own, without any list."""
    return Product.objects.filter(pk=product, price__isnull=False).exists()


def articles(ids: Collection[int]) -> dict[int, str]:
    """The articles of some products; those that have none are left out."""
    found = Product.objects.filter(pk__in=ids, code__isnull=False)
    return dict(found.values_list("pk", "code"))  # type: ignore[arg-type]
