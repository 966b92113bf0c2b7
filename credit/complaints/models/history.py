from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.complaints.machine.case import BEGINNING
from credit.complaints.models.case_file import CaseFile
from credit.complaints.texts import CASE_ACTIONS, CASE_ACTORS, CASE_STATES


class CaseEventRow(models.Model):
    """A `machine.events.CaseEvent` as it was written: append-only, each sealing all before it.

    Of a row only the note is ever erased; its SHA-256 stays, so the chain holds without it.
    """

    case = models.ForeignKey(
        CaseFile, models.PROTECT, db_index=False, related_name="events", verbose_name=_("案件")
    )
    seq = models.IntegerField(_("序号"))
    actor = models.TextField(_("办理方"), choices=CASE_ACTORS)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("办理人"),
    )
    # Where the merchant's own system acted: the key it has.
    till = models.ForeignKey(
        "merchants.TillKey",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("收银密钥"),
    )
    action = models.TextField(_("事项"), choices=CASE_ACTIONS)
    from_state = models.TextField(_("原状态"), choices=CASE_STATES)
    to_state = models.TextField(_("新状态"), choices=CASE_STATES)
    reason_code = models.TextField(_("原因"), blank=True, default="")
    note = models.TextField(_("说明"), null=True, blank=True)
    # Erased with the note, so that a short one is not found by trying.
    note_salt = models.TextField(_("说明盐值"), null=True, blank=True)
    note_sha256 = models.TextField(_("说明摘要"))
    payload = models.JSONField(_("内容"))
    policy_version = models.TextField(_("规则版本"))
    calendar_version = models.TextField(_("日历版本"))
    at = models.DateTimeField(_("时间"))
    prev_hash = models.TextField(_("前条哈希"))
    hash = models.TextField(_("哈希"))

    class Meta:
        verbose_name = verbose_name_plural = _("办理记录")
        ordering = ["case", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="case_event_once_per_number"),
            models.CheckConstraint(
                name="case_event_begins_the_chain",
                condition=Q(seq=1, prev_hash=BEGINNING, from_state="new")
                | (Q(seq__gt=1) & ~Q(prev_hash=BEGINNING) & ~Q(from_state="new")),
            ),
            models.CheckConstraint(
                name="case_event_note_has_a_salt",
                condition=Q(note=None, note_salt=None)
                | Q(note__isnull=False, note_salt__isnull=False)
                & (Q(note="", note_salt="") | Q(note_salt__regex="^[0-9a-f]{32}$") & ~Q(note="")),
            ),
            models.CheckConstraint(
                name="case_event_is_sealed",
                condition=Q(hash__regex="^[0-9a-f]{64}$") & ~Q(hash=F("prev_hash")),
            ),
            models.CheckConstraint(
                name="case_event_done_by_somebody",
                condition=Q(actor="timer", by=None, till=None)
                | (~Q(actor="timer") & Q(by__isnull=False, till=None))
                | Q(actor="merchant", by=None, till__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} #{self.seq}"
