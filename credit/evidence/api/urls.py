from django.urls import path

from credit.evidence.api import shopper

urlpatterns = [
    path("me/evidence", shopper.MyEvidence.as_view()),
    path("me/evidence/content/<str:link>", shopper.EvidenceContent.as_view()),
    path("me/evidence/<str:file>", shopper.MyEvidenceFile.as_view()),
    path("me/evidence/<str:file>/withdraw", shopper.WithdrawEvidence.as_view()),
]
