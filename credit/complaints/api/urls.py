from django.urls import path

from credit.complaints.api import (
    acts,
    drafts,
    merchant,
    merchant_acts,
    merchant_messages,
    messages,
    oversight,
    shopper,
)

_CASE = "me/complaints/<str:case>"
_OF_MERCHANT = "till/complaints/<str:case>"
_DRAFT = "me/complaint-drafts/<str:draft>"

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
    path(f"{_OF_MERCHANT}/messages", merchant_messages.MerchantMessages.as_view()),
    path(f"{_OF_MERCHANT}/messages/read", merchant_messages.MerchantReadMessages.as_view()),
    path(
        f"{_OF_MERCHANT}/mediation-consent",
        merchant_messages.MerchantConsentToMediation.as_view(),
    ),
    path(f"{_CASE}/messages", messages.ComplaintMessages.as_view()),
    path(f"{_CASE}/messages/read", messages.ReadComplaintMessages.as_view()),
    path(f"{_CASE}/retaliation", oversight.ReportRetaliation.as_view()),
    path(f"{_CASE}/mediation-consent", oversight.ConsentToMediation.as_view()),
    path(f"{_CASE}/bundle", oversight.ComplaintBundle.as_view()),
    path(f"{_CASE}/story-consent", oversight.StoryConsent.as_view()),
    path("complaints/stories", oversight.CaseStories.as_view()),
    path("me/case-notices", messages.MyCaseNotices.as_view()),
    path("me/case-notices/read", messages.ReadCaseNotices.as_view()),
    path("me/complaint-drafts", drafts.MyComplaintDrafts.as_view()),
    path(_DRAFT, drafts.MyComplaintDraft.as_view()),
    path(f"{_DRAFT}/file", drafts.FileComplaintDraft.as_view()),
    path("me/tip-offs", shopper.MyTipOffs.as_view()),
    path("me/tip-offs/<str:case>", shopper.MyTipOff.as_view()),
]
