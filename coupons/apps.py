from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CouponsConfig(AppConfig):
    name = "coupons"
    verbose_name = _("优惠券")

    def ready(self) -> None:
        from coupons import listeners  # noqa: PLC0415 - its tables are loaded only now
        from coupons.audits import COUPONS  # noqa: PLC0415
        from loyalty import audits  # noqa: PLC0415
        from loyalty.settlement import sources  # noqa: PLC0415

        sources.name("coupon", _("优惠券"))
        audits.watch(COUPONS)
        listeners.listen()
