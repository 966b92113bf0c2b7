from django.urls import path

from credit.charter.api import public

urlpatterns = [
    path("charter", public.CharterView.as_view()),
    path("charter/pledges", public.CharterPledges.as_view()),
    path("charter/self-discipline", public.SelfDiscipline.as_view()),
]
