from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp


class OfflineConfig(DistrictApp):
    name = "coupons.offline"
    label = "offline"
    verbose_name = _("离线核销")
    api = "coupons.offline.api.urls"
    invariants = "coupons.offline.invariants"
    settlement_sources = {"coupon_conflict": _("离线核销冲突")}
