from django.urls import path

from coupons.api import bills, holding, shopper, tags, till

urlpatterns = [
    path("coupons", shopper.Centre.as_view()),
    path("coupons/<str:version>", shopper.OneVersion.as_view()),
    path("coupons/<str:version>/stores", shopper.StoresOfVersion.as_view()),
    path("me/coupons", shopper.Wallet.as_view()),
    path("me/coupons/exchanges", shopper.Exchanges.as_view()),
    path("me/coupons/gifts", holding.Gifts.as_view()),
    path("me/coupons/redemptions", shopper.Uses.as_view()),
    path("me/coupons/<str:coupon>", shopper.OneCoupon.as_view()),
    path("me/coupons/<str:coupon>/code", holding.Codes.as_view()),
    path("me/coupons/<str:coupon>/lease", holding.Leases.as_view()),
    path("me/coupons/<str:coupon>/paper", holding.Paper.as_view()),
    path("me/coupons/<str:coupon>/exchange/reversal", holding.ExchangeReversals.as_view()),
    path("me/coupons/<str:coupon>/gift", holding.Offers.as_view()),
    path("till/bills/refunds", bills.BillRefunds.as_view()),
    path("till/bills/refunds/preview", bills.BillRefundPreviews.as_view()),
    path("till/coupons", till.HandOuts.as_view()),
    path("till/coupons/check", till.Checks.as_view()),
    path("till/coupons/redemptions", till.Redemptions.as_view()),
    path("till/coupons/redemptions/<str:redemption>/reversal", till.Reversals.as_view()),
    path("till/coupons/refunds", till.Refunds.as_view()),
    path("till/coupons/refunds/preview", till.RefundPreviews.as_view()),
    path("till/tags", tags.Tags.as_view()),
]
