from django.urls import path

from benchmarks.orm.views import PostReceipt
from district.urls import handler404, handler500
from district.urls import urlpatterns as district_urls

__all__ = ["handler404", "handler500", "urlpatterns"]

urlpatterns = [path("textbook/receipts", PostReceipt.as_view()), *district_urls]
