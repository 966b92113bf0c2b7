from django.urls import path

from district.merchants.api import directory, till

urlpatterns = [
    path("venues", directory.Venues.as_view()),
    path("trades", directory.Trades.as_view()),
    path("merchants", directory.Merchants.as_view()),
    path("merchants/<str:id>", directory.MerchantDetailView.as_view()),
    path("stores", directory.Stores.as_view()),
    path("stores/<str:id>", directory.StoreDetailView.as_view()),
    path("till", till.TillInfo.as_view()),
    path("till/members/lookup", till.LookUpMember.as_view()),
]
