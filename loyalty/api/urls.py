from django.urls import path

from loyalty.api import alliance_policy, holds, refunds, shopper, till

urlpatterns = [
    path("points/rules", alliance_policy.PublicAlliancePolicy.as_view()),
    path("me/points", shopper.Points.as_view()),
    path("me/points/entries", shopper.StatementEntries.as_view()),
    path("till/receipts", till.Receipts.as_view()),
    path("till/spendings", till.Spendings.as_view()),
    path("till/reversals", till.TransferReversals.as_view()),
    path("till/holds", holds.Holds.as_view()),
    path("till/holds/<str:hold>", holds.HoldDetail.as_view()),
    path("till/holds/<str:hold>/capture", holds.CaptureHold.as_view()),
    path("till/holds/<str:hold>/void", holds.VoidHoldView.as_view()),
    path("till/refunds", refunds.ReceiptRefunds.as_view()),
    path("till/refunds/preview", refunds.ReceiptRefundPreviews.as_view()),
    path("me/points/requests", holds.SpendingRequests.as_view()),
    path("me/points/requests/<str:hold>/confirm", holds.ConfirmSpending.as_view()),
    path("me/points/requests/<str:hold>/decline", holds.DeclineSpending.as_view()),
]
