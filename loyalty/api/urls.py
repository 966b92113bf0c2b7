from django.urls import path

from loyalty.api import shopper, till

urlpatterns = [
    path("me/points", shopper.Points.as_view()),
    path("me/points/entries", shopper.Entries.as_view()),
    path("till/receipts", till.Receipts.as_view()),
    path("till/spendings", till.Spendings.as_view()),
    path("till/reversals", till.Reversals.as_view()),
]
