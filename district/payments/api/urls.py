from django.urls import path

from district.payments.api import shopper

urlpatterns = [
    path("me/payments", shopper.MyPayments.as_view()),
    path("me/payments/<str:order>", shopper.MyPayment.as_view()),
    path("me/payments/<str:order>/pay", shopper.Pay.as_view()),
]
