from django.urls import path

from coupons.issuing.api import shopper

urlpatterns = [path("me/coupons/codes", shopper.ImportedCodes.as_view())]
