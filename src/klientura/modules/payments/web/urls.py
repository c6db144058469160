"""Addresses of payments."""

from django.urls import path

from klientura.modules.payments.web import matching, panels, receivables, reconciling, statements, turnover

ONE = "bank-statements/<number:statement_id>"

urlpatterns = [
    path("payment/<number:record_id>/allocate", panels.allocate, name="payment-allocate"),
    path("payment/<number:record_id>/take-off", panels.take_off, name="payment-take-off"),
    path("bank-statements", statements.all_statements, name="bank-statements"),
    path(ONE, statements.one, name="bank-statement"),
    path(f"{ONE}/columns", statements.columns, name="bank-statement-columns"),
    path(f"{ONE}/post", statements.start, name="bank-statement-post"),
    path(f"{ONE}/stop", statements.stop, name="bank-statement-stop"),
    path(f"{ONE}/forget", statements.forget, name="bank-statement-forget"),
    path(f"{ONE}/file", statements.file, name="bank-statement-file"),
    path("matching", matching.page, name="matching"),
    path("matching/<number:record_id>/accept", matching.accept, name="matching-accept"),
    path("matching/<number:record_id>/client", matching.make_client, name="matching-client"),
    path("matching/undo/<number:operation_id>", matching.undo_client, name="matching-undo"),
    path("receivables", receivables.page, name="receivables"),
    path("receivables/rows", receivables.rows, name="receivable-rows"),
    path("receivables/turnover", turnover.turnover, name="receivable-turnover"),
    path("receivables/paid", turnover.paid, name="receivable-paid"),
    path("reconciliation/<number:record_id>", reconciling.reconciliation_pdf, name="reconciliation"),
]
