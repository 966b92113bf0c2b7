from django.urls import path

from credit.api import policies, public, ratings, statistics

urlpatterns = [
    path("credit/codes/<str:code>", public.CreditCodeCheck.as_view()),
    path("credit/policies", policies.CreditPolicies.as_view()),
    path("credit/ranking", public.CreditRanking.as_view()),
    path("credit/statistics", statistics.DistrictStatisticsView.as_view()),
    path("me/ratings", ratings.MyRatings.as_view()),
    path("stores/<str:store>/ratings", ratings.StoreRatings.as_view()),
    path("stores/<str:store>/credit", public.StoreCredit.as_view()),
]
