from django.urls import path

from coupons.api import bills, shopper, tags, till, wallet

urlpatterns = [
    path("coupons", shopper.Catalogue.as_view()),
    path("coupons/<str:version>", shopper.VersionDetail.as_view()),
    path("coupons/<str:version>/stores", shopper.StoresOfVersion.as_view()),
    path("me/coupons", shopper.Wallet.as_view()),
    path("me/coupons/exchanges", shopper.Exchanges.as_view()),
    path("me/coupons/gifts", wallet.CouponGifts.as_view()),
    path("me/coupons/redemptions", shopper.CouponHistory.as_view()),
    path("me/coupons/<str:coupon>", shopper.CouponDetail.as_view()),
    path("me/coupons/<str:coupon>/code", wallet.CouponCodes.as_view()),
    path("me/coupons/<str:coupon>/lease", wallet.CouponLeases.as_view()),
    path("me/coupons/<str:coupon>/paper", wallet.PaperCodes.as_view()),
    path("me/coupons/<str:coupon>/exchange/reversal", wallet.ExchangeReversals.as_view()),
    path("me/coupons/<str:coupon>/gift", wallet.CouponOffers.as_view()),
    path("till/bills/refunds", bills.BillRefunds.as_view()),
    path("till/bills/refunds/preview", bills.BillRefundPreviews.as_view()),
    path("till/coupons", till.HandOuts.as_view()),
    path("till/coupons/check", till.Checks.as_view()),
    path("till/coupons/redemptions", till.CouponRedemptions.as_view()),
    path("till/coupons/redemptions/<str:redemption>/reversal", till.CouponReversals.as_view()),
    path("till/coupons/refunds", till.CouponRefunds.as_view()),
    path("till/coupons/refunds/preview", till.CouponRefundPreviews.as_view()),
    path("till/tags", tags.Tags.as_view()),
]
