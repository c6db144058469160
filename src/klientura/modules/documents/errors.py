"""What goes wrong with papers, in words for people."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import Text

TEMPLATE_FAULTS: Final[dict[str, Text]] = {
    "damaged": _("The file is no DOCX, or it is damaged. Save it in Word as .docx and bring it again."),
    "syntax": _("The template has a mistake in its marks: {detail}"),
    "unknown": _(
        "The template asks for something that the record has not, or that your role does not see: {detail}"
    ),
    "forbidden": _("The template asks for something that templates may not do: {detail}"),
    "mistake": _("Something in the template cannot be reckoned: {detail}"),
    "typst": _("The template cannot be typeset: {detail}"),
    "too_large": _("What the template makes is too large."),
    "too_long": _("The template takes too long. Look for a loop without an end."),
    "empty": _("The template is empty: bring a file, or write the text."),
}
"""Code of `BadTemplate` → what to say."""
