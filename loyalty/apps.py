from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LoyaltyConfig(AppConfig):
    name = "loyalty"
    verbose_name = _("联盟积分")

    def ready(self) -> None:
        from district.kernel import health  # noqa: PLC0415 - needs the models
        from loyalty import alarms  # noqa: PLC0415 - likewise

        health.warn_of("ledger_audit", alarms.ledger_audit)
        health.warn_of("receipts_waiting", alarms.receipts_waiting)
