"""Addresses of mail."""

from django.urls import path

from klientura.modules.conversations.web import (
    composing,
    letters,
    mail,
    mailboxes,
    opening,
    outgoing,
    templates,
)

urlpatterns = [
    path("seen/<str:token>.gif", opening.seen, name="letter-seen"),
    path("go/<str:token>", opening.go, name="letter-go"),
    path("mail", mail.mail, name="mail"),
    path("mail/threads/<number:thread_id>/private", mail.private, name="mail-private"),
    path("mail/threads/<number:thread_id>/bind", mail.bind, name="mail-bind"),
    path("mail/letters/<number:letter_id>", letters.letter, name="mail-letter"),
    path("mail/letters/<number:letter_id>/page", letters.page, name="mail-letter-page"),
    path("mail/letters/<number:letter_id>/raw", letters.raw, name="mail-letter-raw"),
    path("mail/letters/<number:letter_id>/files/<number:file_id>", letters.file, name="mail-letter-file"),
    path("mail/new", composing.new, name="mail-new"),
    path("mail/letters/<number:letter_id>/reply", composing.reply, name="mail-reply"),
    path("mail/letters/<number:letter_id>/forward", composing.forward, name="mail-forward"),
    path("mail/drafts", composing.save, name="mail-draft-save"),
    path("mail/drafts/<number:draft_id>", composing.draft, name="mail-draft"),
    path("mail/drafts/<number:draft_id>/drop", composing.drop, name="mail-draft-drop"),
    path("mail/send", composing.send, name="mail-send"),
    path("mail/people", composing.people, name="mail-people"),
    path("mail/files", composing.file, name="mail-file"),
    path("mail/outgoing/<number:outgoing_id>", mail.outgoing, name="mail-outgoing"),
    path("mail/outgoing/<number:outgoing_id>/undo", outgoing.undo, name="mail-outgoing-undo"),
    path("mail/outgoing/<number:outgoing_id>/settle", outgoing.settle, name="mail-outgoing-settle"),
    path("mail/mailboxes/<number:mailbox_id>/signature", outgoing.signature, name="mail-signature"),
    path("mail/templates", templates.templates, name="mail-templates"),
    path("mail/templates/new", templates.new, name="mail-template-new"),
    path("mail/templates/preview", templates.preview, name="mail-template-preview"),
    path("mail/templates/<number:template_id>", templates.template, name="mail-template"),
    path("mail/templates/<number:template_id>/drop", templates.drop, name="mail-template-drop"),
    path("mail/templates/<number:template_id>/fill", templates.fill, name="mail-template-fill"),
    path("mail/mailboxes", mailboxes.mailboxes, name="mail-mailboxes"),
    path("mail/mailboxes/new", mailboxes.new_mailbox, name="mail-mailbox-new"),
    path("mail/mailboxes/<number:mailbox_id>", mailboxes.mailbox, name="mail-mailbox"),
    path("mail/mailboxes/<number:mailbox_id>/folders", mailboxes.folders, name="mail-mailbox-folders"),
]
