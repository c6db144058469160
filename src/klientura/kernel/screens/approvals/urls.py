"""Addresses of approval."""

from django.urls import path

from klientura.kernel.screens.approvals import views

urlpatterns = [
    path("approvals", views.page, name="approvals"),
    path("approvals/decide", views.decide_several, name="approvals-decide"),
    path("approvals/<number:number>", views.sheet, name="approval-sheet"),
    path("approvals/<number:number>/decide", views.decide_one, name="approval-decide"),
    path("approvals/<number:number>/withdraw", views.take_back, name="approval-withdraw"),
    path("<object:object>/<number:record_id>/approval", views.ask, name="approval-send"),
]
