from django.urls import path

from credit.complaints.api import acts, shopper

_CASE = "me/complaints/<str:case>"

urlpatterns = [
    path("complaints/choices", shopper.ComplaintChoices.as_view()),
    path("me/complaints", shopper.MyComplaints.as_view()),
    path(_CASE, shopper.MyComplaint.as_view()),
    path(f"{_CASE}/supply", acts.SupplyToComplaint.as_view()),
    path(f"{_CASE}/propose", acts.ProposeRemedy.as_view()),
    path(f"{_CASE}/accept", acts.AcceptRemedy.as_view()),
    path(f"{_CASE}/escalate", acts.EscalateComplaint.as_view()),
    path(f"{_CASE}/confirm", acts.ConfirmRemedy.as_view()),
    path(f"{_CASE}/deny", acts.DenyRemedy.as_view()),
    path(f"{_CASE}/withdraw", acts.WithdrawComplaint.as_view()),
    path(f"{_CASE}/appeal", acts.AppealComplaint.as_view()),
    path(f"{_CASE}/reopen", acts.ReopenComplaint.as_view()),
    path(f"{_CASE}/transfer", acts.TransferComplaint.as_view()),
    path(f"{_CASE}/evaluate", acts.EvaluateComplaint.as_view()),
    path("me/tip-offs", shopper.MyTipOffs.as_view()),
    path("me/tip-offs/<str:case>", shopper.MyTipOff.as_view()),
]
