from django.urls import path

from credit.compensation.api import public

urlpatterns = [path("credit/fund", public.FundFiguresView.as_view())]
