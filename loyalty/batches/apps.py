from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from district.kernel import guard


class BatchesConfig(AppConfig):
    name = "loyalty.batches"
    label = "batches"
    verbose_name = _("批量上传与对账")

    def ready(self) -> None:
        from loyalty import audits  # noqa: PLC0415 - models load only now
        from loyalty.batches.audits import BATCHES  # noqa: PLC0415

        guard.allow_larger_body(r"/api/v1/till/batches/[^/]+/content", settings.BATCH_LIMIT)
        audits.watch(BATCHES)
