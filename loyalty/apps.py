from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LoyaltyConfig(AppConfig):
    name = "loyalty"
    verbose_name = _("联盟积分")

    def ready(self) -> None:
        from district.kernel.http import health  # noqa: PLC0415 - needs the models
        from loyalty import health_warnings  # noqa: PLC0415 - likewise

        health.register_warning("ledger_audit", health_warnings.ledger_audit_warning)
        health.register_warning("receipts_waiting", health_warnings.waiting_receipts_warning)
