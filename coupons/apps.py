from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CouponsConfig(AppConfig):
    name = "coupons"
    verbose_name = _("优惠券")

    def ready(self) -> None:
        from django.conf import settings  # noqa: PLC0415 - the apps are not loaded before

        from coupons import listeners  # noqa: PLC0415 - its tables are loaded only now
        from coupons.invariants import COUPONS  # noqa: PLC0415
        from coupons.planning_invariants import PLANNING  # noqa: PLC0415
        from district.kernel.http.api_guard import set_body_limit  # noqa: PLC0415
        from loyalty import invariants  # noqa: PLC0415
        from loyalty.settlement import sources  # noqa: PLC0415

        # The form of a draft, which may bring a picture.
        set_body_limit(
            r"/admin/coupons/templateversion/(add|[0-9]+/(edit|new-version))/", settings.PHOTO_LIMIT
        )
        sources.register_source("coupon", _("优惠券"))
        invariants.register_queries(COUPONS)
        invariants.register_queries(PLANNING)
        listeners.listen()
