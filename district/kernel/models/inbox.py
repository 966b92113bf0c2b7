from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from district.kernel.models.attempts import RetriedWork


class InboxRow(RetriedWork):
    """A signed notice from outside: stored once by its sender's id, handled at least once.

    A row exists for verified notices alone. The id stays for ever, so that nothing is handled again; the
    body, its digest and its headers go half a year after they were handled.
    """

    source = models.TextField(_("来源"))
    notice_id = models.TextField(_("通知编号"))
    # As it came, byte for byte, with the headers that its signature needs.
    body = models.BinaryField(_("原文"), null=True)
    headers = models.JSONField(_("签名头"), default=dict, blank=True)
    body_digest = models.BinaryField(_("原文摘要"), max_length=32, null=True)
    # The key by which the signature was verified.
    verified_with = models.TextField(_("验签密钥"))
    received_at = models.DateTimeField(_("收到时间"), db_default=Now())
    handled_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("外部通知")
        constraints = [
            models.UniqueConstraint(fields=["source", "notice_id"], name="inbox_once_per_notice"),
            models.CheckConstraint(
                name="inbox_verified_and_named",
                condition=~Q(source="") & ~Q(notice_id="") & ~Q(verified_with=""),
            ),
            models.CheckConstraint(
                name="inbox_body_as_received",
                condition=Q(body=None, body_digest=None, handled_at__isnull=False)
                | Q(
                    body__isnull=False,
                    body_digest__isnull=False,
                    body_digest=Func(F("body"), function="sha256"),
                ),
            ),
            models.CheckConstraint(
                name="inbox_handled_or_set_aside",
                condition=Q(handled_at=None) | Q(set_aside_at=None),
            ),
        ]
        indexes = [
            # Waiting rows and those set aside; what was handled leaves it.
            models.Index(fields=["id"], name="inbox_unhandled", condition=Q(handled_at=None)),
            models.Index(
                fields=["handled_at"], name="inbox_with_body", condition=Q(body__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.notice_id}"
