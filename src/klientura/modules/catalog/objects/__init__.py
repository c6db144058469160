"""The objects of the catalogue."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Field, ObjectSpec, Part, Scope, Section
from klientura.modules.catalog.models import (
    Companion,
    Component,
    DiscountLimit,
    DiscountRule,
    ExchangeRate,
    Option,
    OptionGroup,
    OptionRule,
    Price,
    PriceList,
    Product,
    ProductCategory,
    ProductCost,
    Tax,
    TaxRate,
    Unit,
)
from klientura.modules.catalog.services import checks, option_checks

KEPT_BY_MANAGERS: Final[dict[str, dict[str, Scope]]] = {
    "manager": {
        "read": "all",
        "create": "all",
        "edit": "all",
        "delete": "all",
        "import": "all",
        "export": "all",
    },
    "employee": {"read": "all", "create": "none", "edit": "none", "delete": "none", "import": "none"},
    "observer": {"read": "all"},
}
SETTINGS: Final[dict[str, dict[str, Scope]]] = {
    "manager": {
        "read": "all",
        "create": "none",
        "edit": "none",
        "delete": "none",
        "import": "none",
        "export": "none",
    },
    "employee": {"read": "all", "create": "none", "edit": "none"},
    "observer": {"read": "all"},
}
FILE_NAMES: Final = {
    "name": ("наименование", "название", "товар", "номенклатура", "услуга", "name", "product", "item"),
    "code": ("артикул", "код", "код товара", "sku", "article", "item code"),
    "kind": ("вид", "вид номенклатуры", "тип", "kind", "type"),
    "category": ("категория", "группа", "раздел", "category", "group"),
    "unit": ("единица", "ед. изм.", "ед.", "единица измерения", "unit"),
    "price": ("цена", "базовая цена", "цена продажи", "розничная цена", "price", "base price"),
    "cost": ("себестоимость", "закупочная цена", "цена закупки", "cost", "purchase price"),
    "barcode": ("штрихкод", "штрих-код", "barcode", "ean"),
    "brand": ("бренд", "марка", "производитель", "brand", "manufacturer"),
    "description": ("описание", "комментарий", "description"),
}  # fmt: skip


def _setting(**spec: Any) -> ObjectSpec:
    """A list that the product is worked with, and not worked on: no place in the navigation, no activities."""
    return ObjectSpec(**{"rights": SETTINGS, "subject": False, "related": False, "navigation": False, **spec})


UNIT = _setting(
    key="unit",
    model=Unit,
    label=_("Unit of measure"),
    plural=_("Units of measure"),
    new_label=_("New unit of measure"),
    icon="ruler",
    title=("symbol",),
    fields={"places": Field(adds_up=False)},
    sections=(Section("main", pgettext_lazy("section", "Main"), ("symbol", "name", "code", "places")),),
    columns=("symbol", "name", "code", "places"),
    sort="symbol",
    search=("symbol", "name"),
    match_keys=(("symbol",),),
    before_write=checks.before_write_unit,
)

TAX = _setting(
    key="tax",
    model=Tax,
    label=_("Tax"),
    plural=_("Taxes"),
    new_label=_("New tax"),
    icon="percent",
    title=("name",),
    fields={"place": Field(adds_up=False)},
    sections=(Section("main", pgettext_lazy("section", "Main"), ("name", "place", "calculated")),),
    columns=("place", "name", "calculated"),
    sort="place",
    search=("name",),
    parts=(
        Part(
            key="rates", model=TaxRate, parent="tax", label=_("Rates"),
            fields={"percent": Field(type="percent", trimmed=True)},
            columns=("valid_from", "percent"), inputs=("valid_from", "percent"),
        ),
    ),
    before_write=checks.before_write_tax,
)  # fmt: skip

PRODUCT_CATEGORY = _setting(
    key="product_category",
    model=ProductCategory,
    label=_("Product category"),
    plural=_("Product categories"),
    new_label=_("New product category"),
    icon="folder-tree",
    title=("name",),
    fields={"parent": Field(target="product_category", related=_("Categories within"))},
    sections=(Section("main", pgettext_lazy("section", "Main"), ("name", "parent")),),
    columns=("name", "parent"),
    sort="name",
    search=("name",),
    match_keys=(("name",),),
    related=True,
    rights=KEPT_BY_MANAGERS,
    before_write=checks.before_write_category,
)

PRODUCT = ObjectSpec(
    key="product",
    model=Product,
    label=_("Product"),
    plural=pgettext_lazy("catalogue", "Products"),
    new_label=_("New product"),
    icon="package",
    area=pgettext_lazy("navigation", "Sales"),
    completeness=True,
    title=("name",),
    fields={
        "name": Field(contains=True),
        "kind": Field(hues={"goods": "blue", "service": "teal", "work": "violet", "kit": "orange"}),
        "category": Field(target="product_category", related=pgettext_lazy("catalogue", "Products")),
        "unit": Field(target="unit"),
        "tax": Field(target="tax"),
        "variant_of": Field(target="product", related=_("Variants")),
        "barcode": Field(normalise=checks.barcode),
        "brand": Field(grouped=True, contains=True),
        "duty": Field(type="percent"),
        "price": Field(adds_up=False),
        "cost": Field(adds_up=False),
        "pictures": Field(type="file"),
        "tags": Field(type="tags"),
        "description": Field(contains=True),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            ("name", "code", "kind", "category", "unit", "is_active", "owner"),
        ),
        Section("price", _("Price"), ("price", "currency", "tax", "cost", "duty", "kit_price")),
        Section("more", _("More about it"), ("brand", "barcode", "variant_of", "variant", "funnel_role", "tags")),
        Section("description", _("Description"), ("description", "pictures")),
    ),
    quick=("name", "code", "kind", "unit", "price", "currency", "tax"),
    columns=("name", "code", "category", "unit", "price", "is_active"),
    sort="name",
    search=("name", "code", "barcode"),
    parts=(
        Part(
            key="prices", model=Price, parent="product", label=_("Prices by price lists"),
            fields={"min_quantity": Field(trimmed=True)},
            columns=("price_list", "min_quantity", "price", "valid_from", "valid_until"),
            inputs=("price_list", "min_quantity", "price", "valid_from", "valid_until"),
        ),
        Part(
            key="costs", model=ProductCost, parent="product", label=_("Cost by date"), mirrors=("cost", "duty"),
            fields={
                "cost": Field(adds_up=False), "duty": Field(type="percent", trimmed=True),
                "delivery": Field(type="percent", trimmed=True), "supplier": Field(target="party"),
            },
            columns=("valid_from", "cost", "duty", "delivery", "supplier"),
            inputs=("valid_from", "cost", "currency", "duty", "delivery", "supplier"),
        ),
        Part(
            key="components", model=Component, parent="kit", label=_("What the kit holds"),
            fields={"quantity": Field(trimmed=True)},
            columns=("component", "quantity", "optional"), inputs=("component", "quantity", "optional"),
        ),
        Part(
            key="companions", model=Companion, parent="product", label=_("Goes together with"),
            columns=("kind", "other"), inputs=("kind", "other"),
        ),
        Part(
            key="option_rules", model=OptionRule, parent="product", label=_("Rules between options"),
            fields={"option": Field(target="product"), "other": Field(target="product"), "variant": Field(target="product")},
            columns=("option", "kind", "other", "variant"), inputs=("option", "kind", "other", "variant"),
        ),
    ),
    match_keys=(("code",), ("barcode",)),
    file_names=FILE_NAMES,
    before_write=checks.before_write_product,
    rights=KEPT_BY_MANAGERS,
    current={"field": "is_active", "op": "eq", "value": True},
    empty_text=_("Bring your price list from a file, or begin with one product."),
)  # fmt: skip

OPTION_GROUP = _setting(
    key="option_group",
    model=OptionGroup,
    label=_("Group of options"),
    plural=_("Groups of options"),
    new_label=_("New group of options"),
    icon="list-checks",
    title=("name",),
    fields={
        "product": Field(target="product", related=_("Groups of options"), once=True),
        "place": Field(adds_up=False),
        "at_least": Field(adds_up=False, hint=_("0: nothing has to be chosen.")),
        "at_most": Field(adds_up=False, hint=_("1: one of all. Empty: as many as there are.")),
    },
    sections=(Section("main", pgettext_lazy("section", "Main"), ("product", "name", "at_least", "at_most", "place")),),
    columns=("product", "name", "at_least", "at_most", "place"),
    sort="place",
    search=("name",),
    parts=(
        Part(
            key="options", model=Option, parent="option_group", label=pgettext_lazy("products", "Options"),
            fields={
                "product": Field(target="product"), "quantity": Field(trimmed=True), "most": Field(trimmed=True),
                "price": Field(hint=_("In the currency of the product. Empty: the price of the catalogue; 0: included.")),
            },
            columns=("product", "quantity", "most", "price", "by_default"),
            inputs=("product", "quantity", "most", "price", "by_default"),
        ),
    ),
    related=True,
    rights=KEPT_BY_MANAGERS,
    before_write=option_checks.before_write_group,
)  # fmt: skip

PRICE_LIST = _setting(
    key="price_list",
    model=PriceList,
    label=_("Price list"),
    plural=_("Price lists"),
    new_label=_("New price list"),
    icon="tags",
    title=("name",),
    fields={
        "base": Field(target="price_list", related=_("Price lists based on it")),
        "markup": Field(type="percent", hint=_("On the prices of the list it is based on, or on base prices; −10 makes them cheaper.")),
        "roles": Field(hint=_("Empty: for all. A list made for clients like this one comes before one for all.")),
    },
    sections=(
        Section("main", pgettext_lazy("section", "Main"), ("name", "currency", "tax_mode", "is_active", "place")),
        Section("prices", _("Where prices come from"), ("base", "markup", "rounding")),
        Section("whom", _("For whom and when"), ("roles", "valid_from", "valid_until")),
    ),
    columns=("name", "currency", "base", "markup", "roles", "valid_from", "valid_until", "is_active"),
    sort="place",
    search=("name",),
    match_keys=(("name",),),
    related=True,
    rights=KEPT_BY_MANAGERS,
    before_write=checks.before_write_price_list,
)  # fmt: skip

DISCOUNT_RULE = _setting(
    key="discount_rule",
    model=DiscountRule,
    label=_("Discount"),
    plural=_("Discounts"),
    new_label=_("New discount"),
    icon="badge-percent",
    title=("name",),
    fields={
        "percent": Field(type="percent"),
        "product": Field(target="product", related=_("Discounts")),
        "category": Field(target="product_category", related=_("Discounts")),
        "price_list": Field(target="price_list", related=_("Discounts")),
        "min_quantity": Field(trimmed=True, adds_up=False),
        "min_total": Field(adds_up=False),
        "combines": Field(hint=_("Otherwise the best one that stands alone is taken.")),
    },
    sections=(
        Section("main", pgettext_lazy("section", "Main"), ("name", "percent", "combines", "is_active")),
        Section("what", _("On what"), ("product", "category", "price_list", "min_quantity", "min_total")),
        Section("whom", _("For whom and when"), ("roles", "valid_from", "valid_until")),
    ),
    columns=("name", "percent", "product", "category", "price_list", "valid_until", "is_active"),
    sort="name",
    search=("name",),
    related=True,
    rights=KEPT_BY_MANAGERS,
    before_write=checks.before_write_discount,
)

DISCOUNT_LIMIT = _setting(
    key="discount_limit",
    model=DiscountLimit,
    label=_("Discount limit"),
    plural=_("Discount limits"),
    new_label=_("New discount limit"),
    icon="shield-check",
    title=("name",),
    fields={
        "role": Field(hint=_("Administrators have no limits.")),
        "category": Field(
            target="product_category",
            related=_("Discount limits"),
            hint=_("Empty: all goods that no narrower limit is for. The closest category counts, and of two limits the stricter one."),
        ),
        "on_line": Field(type="percent", trimmed=True, hint=_("Off the price list; a price lowered by hand counts too. Empty: no limit.")),
        "on_whole": Field(type="percent", trimmed=True, hint=_("Of all goods together, whatever the category.")),
        "least_margin": Field(type="percent", trimmed=True, hint=_("Below it the form warns; nothing is held back.")),
    },
    sections=(
        Section("main", pgettext_lazy("section", "Main"), ("name", "role", "category", "is_active")),
        Section("limits", _("Limits"), ("on_line", "on_whole", "least_margin")),
    ),
    columns=("name", "role", "category", "on_line", "on_whole", "least_margin", "is_active"),
    sort="name",
    search=("name",),
    match_keys=(("name",),),
    before_write=checks.before_write_limit,
)  # fmt: skip

EXCHANGE_RATE = _setting(
    key="exchange_rate",
    model=ExchangeRate,
    label=_("Exchange rate"),
    plural=_("Exchange rates"),
    new_label=_("New exchange rate"),
    icon="arrow-left-right",
    title=("currency", "on"),
    fields={"rate": Field(adds_up=False), "nominal": Field(adds_up=False)},
    sections=(
        Section("main", pgettext_lazy("section", "Main"), ("currency", "on", "nominal", "rate", "source")),
    ),
    columns=("on", "currency", "nominal", "rate", "source"),
    sort="-on",
    search=("source",),
    match_keys=(("currency", "on"),),
    rights=KEPT_BY_MANAGERS,
    before_write=checks.before_write_rate,
)

SPECS: Final = (
    UNIT,
    TAX,
    PRODUCT_CATEGORY,
    PRODUCT,
    OPTION_GROUP,
    PRICE_LIST,
    DISCOUNT_RULE,
    DISCOUNT_LIMIT,
    EXCHANGE_RATE,
)
