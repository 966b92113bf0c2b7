"""Where the member endpoints live below /api/v1/."""

from django.urls import path

from district.members.api import shopper

urlpatterns = [
    path("session", shopper.Session.as_view(), name="session"),
    path("me", shopper.Me.as_view(), name="me"),
    path("me/phone", shopper.MyPhone.as_view(), name="my-phone"),
    path("me/card", shopper.MyCard.as_view(), name="my-card"),
    path("me/card/code", shopper.MyCardCode.as_view(), name="my-card-code"),
]
