from django.urls import path

from loyalty.receipt_photos.api import shopper

urlpatterns = [
    path("me/receipts", shopper.Photos.as_view()),
    path("me/receipts/<str:photo>/withdraw", shopper.WithdrawPhoto.as_view()),
]
