"""Adding fields and kinds of record in the browser, as an administrator who cannot program does it."""

import pytest
from django.test import Client

from klientura.kernel.objects.models import AddedField, AddedObject, AddedOption
from klientura.kernel.schema.wishes import MAX_OPTIONS
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
LIST = "/settings/objects/organisation"


@pytest.fixture
def company(db: None):
    return found_company()


@pytest.fixture
def admin(company: Company) -> Client:
    return company.client("administrator")


def option_form(**more: str) -> dict[str, str]:
    return {
        "label_ru": "Состояние", "label_en": "State", "options-present": "1", "options-0-ru": "В работе",
        "options-0-hue": "green", "options-1-ru": "Ремонт", "options-1-hue": "red", "options-2-ru": "",
        "indexed": "1", **more,
    }  # fmt: skip


def test_a_field_is_added_changed_removed_and_put_back(admin: Client):
    assert "Отрасль" in admin.get(LIST).content.decode()
    assert "Сумма" in admin.get(f"{LIST}/fields/new").content.decode()
    assert admin.get(f"{LIST}/fields/new?type=option").status_code == 200
    made = admin.post(f"{LIST}/fields/new?type=option", option_form())
    assert (made.status_code, made["Location"]) == (302, f"{LIST}?done=added")
    row = AddedField.objects.get()
    options = list(AddedOption.objects.order_by("position").values_list("code", "hue", "active"))
    assert (row.key, options) == ("x_state", [("v_rabote", "green", True), ("remont", "red", True)])
    assert "Состояние" in admin.get("/organisation/new").content.decode()

    address = f"{LIST}/fields/{row.pk}"
    assert "В работе" in admin.get(address).content.decode()
    changed = option_form(
        label_ru="Как дела", version="1", **{"options-0-code": "remont", "options-0-ru": "Чинится"}
    )
    assert admin.post(address, changed).status_code == 302
    now = list(AddedOption.objects.order_by("position").values_list("code", "active"))
    assert now == [("remont", True), ("remont_2", True), ("v_rabote", False)]
    stale = admin.post(address, changed | {"label_ru": "Поздно"})
    assert stale.status_code == 409 and "Поздно" in stale.content.decode()

    gone = admin.post(f"{address}/remove")
    assert gone.status_code == 302
    # The toast that says it has the button that takes it back, and leads to where the field stands again.
    assert (
        f'data-undo-url="{address}/restore"' in admin.get(gone["Location"].partition("#")[0]).content.decode()
    )
    assert "data-undo-url" not in admin.get(f"{LIST}?done=removed&gone=//evil").content.decode()
    back = admin.post(f"{address}/restore", headers={"HX-Request": "true"})
    assert (back.status_code, back["HX-Redirect"]) == (204, f"{LIST}?done=restored#field-{row.pk}")
    admin.post(f"{address}/remove")
    assert "Как дела" not in admin.get("/organisation/new").content.decode()
    assert admin.get(address).status_code == 404
    assert admin.post(f"{address}/restore").status_code == 302
    assert "Как дела" in admin.get("/organisation/new").content.decode()
    admin.post(f"{address}/remove")
    assert admin.get(f"{address}/purge").status_code == 200
    assert admin.post(f"{address}/purge").status_code == 302
    assert not AddedField.objects.exists()


def test_a_refused_form_keeps_what_was_typed(admin: Client):
    sent = option_form(label_ru="", label_en="", hint_ru="подсказка", **{"options-1-ru": "В работе"})
    refused = admin.post(f"{LIST}/fields/new?type=option", sent)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "подсказка" in page
    assert page.count('value="В работе"') == 2
    assert 'aria-invalid="true"' in page
    number = admin.post(f"{LIST}/fields/new?type=integer", {"label_ru": "Этаж", "minimum": "много"})
    assert number.status_code == 422 and "много" in number.content.decode()
    assert admin.get(f"{LIST}/fields/new?type=nothing").status_code == 200


def test_fields_change_places(admin: Client):
    for name in ("Один", "Два", "Три"):
        admin.post(f"{LIST}/fields/new?type=text", {"label_ru": name})
    ids = list(AddedField.objects.order_by("position").values_list("pk", flat=True))

    def order() -> list[str]:
        return [r.label["ru"] for r in AddedField.objects.order_by("position")]

    admin.post(f"{LIST}/fields/{ids[2]}/up")
    assert order() == ["Один", "Три", "Два"]
    admin.post(f"{LIST}/fields/{ids[0]}/down")
    assert order() == ["Три", "Один", "Два"]
    admin.post(f"{LIST}/fields/{ids[2]}/up")
    admin.post(f"{LIST}/fields/{ids[1]}/down")
    assert order() == ["Три", "Один", "Два"]
    assert admin.post(f"{LIST}/fields/{ids[1]}/sideways").status_code == 404


def test_a_long_list_of_options_is_edited_as_text(admin: Client):
    text = "\n".join(f"Вариант {n}" for n in range(MAX_OPTIONS))
    made = admin.post(f"{LIST}/fields/new?type=option", {"label_ru": "Модель", "options_text": text})
    assert made.status_code == 302 and AddedOption.objects.count() == MAX_OPTIONS
    row = AddedField.objects.get()
    page = admin.get(f"{LIST}/fields/{row.pk}").content.decode()
    assert "variant_7 | Вариант 7 |  | gray" in page
    short = "variant_7 | Седьмой |  | red\nvariant_8 | Восьмой | | blue | -"
    changed = admin.post(
        f"{LIST}/fields/{row.pk}", {"label_ru": "Модель", "version": "1", "options_text": short}
    )
    assert changed.status_code == 302
    assert list(AddedOption.objects.filter(active=True).values_list("code", "hue")) == [("variant_7", "red")]
    assert admin.get("/organisation/new").status_code == 200


def test_a_kind_of_record_of_ones_own(admin: Client):
    assert admin.get("/settings/objects").status_code == 200
    refused = admin.post("/settings/objects/new", {"label_ru": "Станок"})
    assert refused.status_code == 422 and "Станок" in refused.content.decode()
    sent = {
        "label_ru": "Станок", "plural_ru": "Станки", "new_label_ru": "Новый станок", "icon": "wrench",
        "navigation": "1", "name_label_ru": "Марка",
    }  # fmt: skip
    made = admin.post("/settings/objects/new", sent)
    assert made["Location"] == "/settings/objects/x_stanok?done=added"
    row = AddedObject.objects.get()
    assert "Марка" in admin.get("/x_stanok/new").content.decode()
    assert "Станки" in admin.get("/").content.decode()
    own = f"/settings/objects/own/{row.pk}"
    assert admin.get(own).status_code == 200
    assert admin.post(own, sent | {"version": "1", "plural_ru": "Станочный парк"}).status_code == 302
    assert "Станочный парк" in admin.get("/x_stanok").content.decode()
    assert admin.post(own, sent | {"version": "1"}).status_code == 409
    link = {"label_ru": "Станок", "target": "x_stanok"}
    admin.post(f"{LIST}/fields/new?type=reference", link)
    assert admin.post(f"{own}/remove").status_code == 409
    assert admin.post(f"{own}/remove", {"despite": "1"}).status_code == 302
    assert admin.get("/x_stanok").status_code == 404
    assert admin.get(f"{own}/purge").status_code == 200
    assert admin.post(f"{own}/restore").status_code == 302
    assert admin.get("/x_stanok").status_code == 200
    admin.post(f"{own}/remove", {"despite": "1"})
    assert admin.post(f"{own}/purge").status_code == 302
    assert not AddedObject.objects.exists()
    assert admin.get("/organisation").status_code == 200


def test_a_formula_is_written_with_the_keys_at_hand(admin: Client):
    address = "/settings/objects/opportunity/fields/new?type=formula"
    assert "amount (" in admin.get(address).content.decode()
    refused = admin.post(address, {"label_ru": "Премия", "formula": "amount * nothing"})
    assert refused.status_code == 422 and "«nothing»" in refused.content.decode()
    assert admin.post(address, {"label_ru": "Премия", "formula": "amount * 0.05"}).status_code == 302
    row = AddedField.objects.get()
    page = admin.get(f"/settings/objects/opportunity/fields/{row.pk}").content.decode()
    assert "amount * 0.05" in page
    assert 'name="x_premiya"' not in admin.get("/opportunity/new").content.decode()
    removed = admin.get("/settings/objects/opportunity").content.decode()
    assert "Премия" in removed
