"""Addresses of mail."""

from django.urls import path

from klientura.modules.conversations.web import letters, mail, mailboxes

urlpatterns = [
    path("mail", mail.mail, name="mail"),
    path("mail/threads/<number:thread_id>/private", mail.private, name="mail-private"),
    path("mail/letters/<number:letter_id>", letters.letter, name="mail-letter"),
    path("mail/letters/<number:letter_id>/page", letters.page, name="mail-letter-page"),
    path("mail/letters/<number:letter_id>/raw", letters.raw, name="mail-letter-raw"),
    path("mail/letters/<number:letter_id>/files/<number:file_id>", letters.file, name="mail-letter-file"),
    path("mail/mailboxes", mailboxes.mailboxes, name="mail-mailboxes"),
    path("mail/mailboxes/new", mailboxes.new_mailbox, name="mail-mailbox-new"),
    path("mail/mailboxes/<number:mailbox_id>", mailboxes.mailbox, name="mail-mailbox"),
    path("mail/mailboxes/<number:mailbox_id>/folders", mailboxes.folders, name="mail-mailbox-folders"),
]
