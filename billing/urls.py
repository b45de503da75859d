"""Addresses of money."""

from django.urls import path

from billing import views

urlpatterns = [
    path("billing/buy", views.buy, name="buy"),
    path("billing/purchases/<slug:purchase_id>/", views.purchase, name="purchase"),
    path("billing/purchases/<slug:purchase_id>/return", views.give_back, name="purchase-return"),
    path("billing/statement.csv", views.statement_csv, name="statement"),
    path("billing/stripe/", views.stripe_webhook, name="stripe-webhook"),
]
