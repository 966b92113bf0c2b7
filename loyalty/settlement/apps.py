from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SettlementConfig(AppConfig):
    name = "loyalty.settlement"
    label = "settlement"
    verbose_name = _("商户结算")

    def ready(self) -> None:
        from loyalty import invariants  # noqa: PLC0415 - its tables are loaded only now
        from loyalty.settlement.invariants import SETTLEMENT  # noqa: PLC0415

        invariants.register_queries(SETTLEMENT)
