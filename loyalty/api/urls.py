from django.urls import path

from loyalty.api import holds, refunds, rules, shopper, till

urlpatterns = [
    path("points/rules", rules.PublicRules.as_view()),
    path("me/points", shopper.Points.as_view()),
    path("me/points/entries", shopper.Entries.as_view()),
    path("till/receipts", till.Receipts.as_view()),
    path("till/spendings", till.Spendings.as_view()),
    path("till/reversals", till.Reversals.as_view()),
    path("till/holds", holds.Holds.as_view()),
    path("till/holds/<str:hold>", holds.OneHold.as_view()),
    path("till/holds/<str:hold>/capture", holds.CaptureHold.as_view()),
    path("till/holds/<str:hold>/void", holds.VoidHold.as_view()),
    path("till/refunds", refunds.Refunds.as_view()),
    path("till/refunds/preview", refunds.RefundPreviews.as_view()),
    path("me/points/requests", holds.SpendingRequests.as_view()),
    path("me/points/requests/<str:hold>/confirm", holds.ConfirmSpending.as_view()),
    path("me/points/requests/<str:hold>/decline", holds.DeclineSpending.as_view()),
]
