from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OfflineConfig(AppConfig):
    name = "coupons.offline"
    label = "offline"
    verbose_name = _("离线核销")

    def ready(self) -> None:
        from coupons.offline.invariants import OFFLINE  # noqa: PLC0415 - its tables are loaded only now
        from loyalty import invariants  # noqa: PLC0415
        from loyalty.settlement import sources  # noqa: PLC0415

        sources.register_source("coupon_conflict", _("离线核销冲突"))
        invariants.register_queries(OFFLINE)
