from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from district.kernel.http import api_guard


class ReceiptBatchesConfig(AppConfig):
    name = "loyalty.receipt_batches"
    label = "batches"
    verbose_name = _("批量上传与对账")

    def ready(self) -> None:
        from loyalty import invariants  # noqa: PLC0415 - models load only now
        from loyalty.receipt_batches.invariants import BATCHES  # noqa: PLC0415

        api_guard.set_body_limit(r"/api/v1/till/batches/[^/]+/content", settings.BATCH_LIMIT)
        invariants.register_queries(BATCHES)
