from django.urls import path

from umbrellas.api import till

urlpatterns = [
    path("till/umbrellas", till.Loans.as_view()),
    path("till/umbrellas/<str:loan>", till.LoanDetail.as_view()),
]
