"""What may be wrong with a letter of ours, beside single values."""

from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import KernelError


class DraftMoved(KernelError):
    """Another window has saved the draft meanwhile, or it is no draft any more."""

    status = 409
    code = "draft_moved"
    default_message = _("This draft was changed in another window.")


class OnItsWay(KernelError):
    """The letter cannot be taken back or changed any more."""

    status = 409
    code = "on_its_way"
    default_message = _("The letter is on its way already.")
