from django.urls import path

from loyalty.receipt_batches.api import reconciliation, till

urlpatterns = [
    path("till/batches", till.Batches.as_view()),
    path("till/batches/<str:batch>", till.BatchDetail.as_view()),
    path("till/batches/<str:batch>/content", till.BatchContent.as_view()),
    path("till/batches/<str:batch>/submit", till.BatchSubmission.as_view()),
    path("till/batches/<str:batch>/rows", till.BatchRows.as_view()),
    path("till/batches/<str:batch>/answers.ndjson", till.BatchResults.as_view()),
    path("till/reconciliations", reconciliation.Reconciliations.as_view()),
    path(
        "till/reconciliations/<str:reconciliation>", reconciliation.ReconciliationDetail.as_view()
    ),
]
