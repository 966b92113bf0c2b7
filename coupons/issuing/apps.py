from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IssuingConfig(AppConfig):
    name = "coupons.issuing"
    label = "issuing"
    verbose_name = _("批量发券与券码导入")

    def ready(self) -> None:
        from coupons.issuing.invariants import ISSUING  # noqa: PLC0415 - its tables are loaded only now
        from loyalty import invariants  # noqa: PLC0415

        invariants.register_queries(ISSUING)
