from django.urls import path

from credit.complaints.api import acts, merchant, merchant_acts, shopper

_CASE = "me/complaints/<str:case>"
_OF_MERCHANT = "till/complaints/<str:case>"

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
    path("till/complaints", merchant.MerchantCases.as_view()),
    path(_OF_MERCHANT, merchant.MerchantCase.as_view()),
    path(f"{_OF_MERCHANT}/answer", merchant_acts.AnswerComplaint.as_view()),
    path(f"{_OF_MERCHANT}/propose", merchant_acts.MerchantProposeRemedy.as_view()),
    path(f"{_OF_MERCHANT}/accept", merchant_acts.MerchantAcceptRemedy.as_view()),
    path(f"{_OF_MERCHANT}/escalate", merchant_acts.MerchantEscalateComplaint.as_view()),
    path(f"{_OF_MERCHANT}/evidence", merchant_acts.MerchantSupplyEvidence.as_view()),
    path(f"{_OF_MERCHANT}/done", merchant_acts.MarkRemedyDone.as_view()),
    path(f"{_OF_MERCHANT}/appeal", merchant_acts.MerchantAppealComplaint.as_view()),
    path("me/tip-offs", shopper.MyTipOffs.as_view()),
    path("me/tip-offs/<str:case>", shopper.MyTipOff.as_view()),
]
