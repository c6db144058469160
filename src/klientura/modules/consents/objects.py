"""The objects of consents."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Action, Field, ObjectSpec, Scope, Section
from klientura.modules.consents.models import Consent, ConsentText
from klientura.modules.consents.services import checks, giving, texts

PURPOSE_HUES: Final = {
    "processing": "blue",
    "advertising": "violet",
    "transfer": "orange",
    "tracking": "teal",
}
STATUS_HUES: Final = {"given": "green", "withdrawn": "red", "expired": "yellow", "replaced": "gray"}
READ_ONLY: Final[dict[str, Scope]] = {
    "read": "all", "create": "none", "edit": "none", "delete": "none", "import": "none", "export": "none",
}  # fmt: skip

CONSENT_TEXT = ObjectSpec(
    key="consent_text",
    model=ConsentText,
    label=_("Text of consent"),
    plural=_("Texts of consents"),
    new_label=_("New text of consent"),
    icon="file-text",
    title=("name",),
    fields={
        "purpose": Field(
            hues=PURPOSE_HUES,
            open_options=True,
            kept_options={
                code: _("the product asks for it by name.")
                for code in ("processing", "advertising", "transfer", "tracking")
            },
        ),
        "edition": Field(minimum=1, hint=_("Empty: the next one of this purpose")),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            ("name", "purpose", "edition", "language", "in_force_from", "text"),
        ),
    ),
    columns=("name", "purpose", "edition", "language", "in_force_from"),
    sort="-in_force_from",
    search=("name", "text"),
    actions=(
        Action(
            key="new_edition",
            label=_("New edition"),
            run=texts.new_edition,
            icon="copy",
            fields={"name": Field(), "text": Field(required=True), "in_force_from": Field()},
        ),
    ),
    before_write=checks.before_write_text,
    before_trash=checks.before_trash_text,
    settled=checks.texts_in_use,
    rights={"manager": READ_ONLY, "employee": READ_ONLY, "observer": {"read": "all"}},
    subject=False,
    navigation=False,
    empty_text=_("Each purpose has a text of its own: what people read before they consent."),
)

FILE_NAMES: Final = {
    "person": ("человек", "фио", "контактное лицо", "клиент", "person", "full name", "contact", "client"),
    "purpose": ("цель", "цель согласия", "вид согласия", "purpose", "consent purpose"),
    "channel": ("канал", "канал связи", "channel"),
    "text": ("текст согласия", "документ", "consent text", "document"),
    "given_at": ("дано", "дата согласия", "дата", "given", "consent date", "date"),
    "how": ("как получено", "способ", "источник согласия", "how", "source"),
    "valid_until": ("действует до", "срок", "срок действия", "valid until", "expires"),
    "proof": ("подтверждение", "доказательство", "proof", "evidence"),
    "ip": ("ip", "ip адрес", "ip-адрес", "ip address"),
    "withdrawn_at": ("отозвано", "дата отзыва", "withdrawn", "opt out date"),
    "note": ("примечание", "комментарий", "note", "comment"),
}  # fmt: skip

GIVEN: Final = ("text", "channel", "given_at", "how", "valid_until", "proof", "ip")

CONSENT = ObjectSpec(
    key="consent",
    model=Consent,
    label=_("Consent"),
    plural=_("Consents"),
    new_label=_("New consent"),
    icon="shield-check",
    title=("name",),
    fields={
        "name": Field(read_only=True),
        "person": Field(target="person", once=True, related=_("Consents")),
        "purpose": Field(hues=PURPOSE_HUES, options_of="consent_text.purpose", once=True,
                         hint=_("Each purpose needs a consent of its own. With a text chosen, its purpose holds.")),
        "channel": Field(once=True),
        "text": Field(target="consent_text", once=True),
        "given_at": Field(once=True, hint=_("Empty: now")),
        "how": Field(once=True),
        "valid_until": Field(once=True, hint=_("Empty: until it is withdrawn"), counted=False),
        "proof": Field(once=True, hint=_("Where the signed paper lies, who heard it and when"), counted=False),
        "proof_files": Field(type="file", once=True, label=_("Proof as a file"), counted=False),
        "ip": Field(once=True, normalise=checks.ip, counted=False),
        "status": Field(read_only=True, hues=STATUS_HUES),
        "withdrawn_at": Field(by_verb="withdraw", counted=False),
        "withdrawn_how": Field(by_verb="withdraw", counted=False),
        "replaced_by": Field(read_only=True, target="consent", counted=False),
        "note": Field(counted=False),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            ("person", "purpose", "channel", "status", "text", "given_at", "how", "valid_until"),
        ),
        Section("proof", _("Proof"), ("proof", "proof_files", "ip", "note")),
        Section("end", pgettext_lazy("consent", "How it ended"), ("withdrawn_at", "withdrawn_how", "replaced_by")),
    ),
    quick=("person", "text", "purpose", "channel", "given_at", "how", "valid_until", "proof", "proof_files"),
    columns=("name", "person", "status", "given_at", "valid_until", "how", "text"),
    sort="-given_at",
    calendar="valid_until",
    search=("name", "proof"),
    parent="person",
    facts=True,
    goes_with="person",
    file_names=FILE_NAMES,
    before_write=checks.before_write_consent,
    actions=(
        Action(
            key="withdraw",
            label=_("Withdraw"),
            run=giving.withdraw,
            icon="ban",
            fields={"withdrawn_how": Field(required=True), "withdrawn_at": Field()},
            fits=giving.holds,
        ),
        Action(
            key="replace",
            label=pgettext_lazy("consent", "Replace by a new one"),
            run=giving.replace,
            icon="rotate-ccw",
            fields={key: Field() for key in GIVEN},
            fits=giving.holds,
        ),
    ),
    kept=True,
    in_menu=False,
    rights={
        "manager": {"read": "parent", "create": "parent", "edit": "parent", "delete": "none", "export": "parent", "import": "parent"},
        "employee": {"read": "parent", "create": "own", "edit": "parent", "delete": "none"},
    },
    indexes=(("status", "valid_until"),),
    subject=False,
    related=False,
    empty_text=_("Consents are written down on the cards of people, or imported from a file."),
)  # fmt: skip
