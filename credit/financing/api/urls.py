from django.urls import path

from credit.financing.api import reports

urlpatterns = [
    path("financing/institutions", reports.Institutions.as_view()),
    path("financing/keys", reports.ReportKeys.as_view()),
    path("financing/reports/<str:report>/status", reports.ReportStatusView.as_view()),
    path("financing/reports/<str:report>/view", reports.ReportViews.as_view()),
]
