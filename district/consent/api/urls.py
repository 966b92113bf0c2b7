from django.urls import path

from district.consent.api import shopper

urlpatterns = [
    path("consent/notices/<str:notice>", shopper.ConsentNotice.as_view()),
    path("me/consents", shopper.MyConsents.as_view()),
    path("me/consents/grant", shopper.GrantConsent.as_view()),
    path("me/consents/deny", shopper.DenyConsent.as_view()),
    path("me/consents/withdraw", shopper.WithdrawConsent.as_view()),
    path("me/consents/notices/<str:notice>/served", shopper.ServedNotice.as_view()),
]
