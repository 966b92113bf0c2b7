from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CouponsConfig(AppConfig):
    name = "coupons"
    verbose_name = _("优惠券")

    def ready(self) -> None:
        from django.conf import settings  # noqa: PLC0415 - the apps are not loaded before

        from coupons import listeners  # noqa: PLC0415 - its tables are loaded only now
        from coupons.audits import COUPONS  # noqa: PLC0415
        from coupons.planning_audits import PLANNING  # noqa: PLC0415
        from district.kernel.guard import allow_larger_body  # noqa: PLC0415
        from loyalty import audits  # noqa: PLC0415
        from loyalty.settlement import sources  # noqa: PLC0415

        # The form of a draft, which may bring a picture.
        allow_larger_body(
            r"/admin/coupons/templateversion/(add|[0-9]+/(edit|new-version))/", settings.PHOTO_LIMIT
        )
        sources.name("coupon", _("优惠券"))
        audits.watch(COUPONS)
        audits.watch(PLANNING)
        listeners.listen()
