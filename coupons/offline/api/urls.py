from django.urls import path

from coupons.offline.api import shopper, till

urlpatterns = [
    path("me/coupons/conflicts", shopper.Conflicts.as_view()),
    path("till/terminals/<str:terminal>/kits", till.Kits.as_view()),
    path("till/terminals/<str:terminal>/log", till.Logs.as_view()),
]
