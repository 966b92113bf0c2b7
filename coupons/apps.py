from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp, TimedTask


class CouponsConfig(DistrictApp):
    name = "coupons"
    verbose_name = _("优惠券")
    api = "coupons.api.urls"
    # What printed codes of campaigns lead to; short, because it is printed.
    public_urls = {"c/": "coupons.web"}
    timetable = {
        "expire coupons": TimedTask("coupons.expire_coupons", crontab(minute="*/10")),
        "watch coupon budgets": TimedTask("coupons.watch_budgets", crontab(minute="*/5")),
        "warn of expiring coupons": TimedTask(
            "coupons.warn_of_expiring", crontab(hour=10, minute=15)
        ),
    }
    listeners = "coupons.listeners"
    invariants = "coupons.invariants"
    permissions = {"run_campaigns": frozenset({"manager"})}
    rate_limits = {"coupon_code_member": (10, 60)}
    # The form of a draft, which may bring a picture.
    body_limits = {
        r"/admin/coupons/templateversion/(add|[0-9]+/(edit|new-version))/": "PHOTO_LIMIT"
    }
    settlement_sources = {"coupon": _("优惠券")}
    enum_names = {
        "CouponKindEnum": "coupons.models.TemplateVersion.Kind",
        "CouponSourceEnum": "coupons.models.Coupon.Source",
    }
