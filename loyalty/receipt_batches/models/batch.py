from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.jobs import Job
from district.kernel.jobs.model import at_work
from loyalty.receipt_batches.batch_limits import MOST_BYTES, MOST_ROWS


class Batch(Job):
    """An upload of receipts and refunds: how far it was received, and how far it was answered."""

    WAITING = "submitted"

    class Format(models.TextChoices):
        NDJSON = "ndjson", "NDJSON"
        CSV = "csv", "CSV"

    class State(models.TextChoices):
        RECEIVING = "receiving", _("接收中")
        SUBMITTED = "submitted", _("待处理")
        RUNNING = "running", _("处理中")
        DONE = "done", _("已完成")
        ABANDONED = "abandoned", _("已放弃")

    public_id = PublicIdField("bat", verbose_name=_("批次编号"))
    merchant = models.ForeignKey("merchants.Merchant", models.PROTECT, verbose_name=_("商户"))
    # The stores its uploader had access to at that time; rows of others are refused.
    stores = ArrayField(models.BigIntegerField(), verbose_name=_("门店"))
    name = models.TextField(_("名称"), db_default="", blank=True)
    format = models.TextField(_("格式"), choices=Format)
    state = models.TextField(_("状态"), choices=State, db_default="receiving")
    actor = models.TextField(_("操作者"))
    # The names of a CSV's columns, once its first line has come.
    columns = ArrayField(models.TextField(), verbose_name=_("列"), null=True, blank=True)
    separator = models.CharField(_("分隔符"), max_length=1, default=",", editable=False)
    # Every byte up to here is kept: complete lines as rows, the rest of them in `tail`.
    received_bytes = models.BigIntegerField(_("已接收字节"), db_default=0)
    tail = models.BinaryField(default=b"", editable=False)
    lines = models.BigIntegerField(_("行号"), db_default=0)
    rows = models.BigIntegerField(_("总行数"), db_default=0)
    # Every row up to this line has its answer.
    done_line = models.BigIntegerField(_("已处理至行号"), db_default=0)
    posted = models.BigIntegerField(_("入账"), db_default=0)
    parked = models.BigIntegerField(_("待匹配"), db_default=0)
    repeated = models.BigIntegerField(_("重复"), db_default=0)
    refused = models.BigIntegerField(_("拒绝"), db_default=0)
    points = models.BigIntegerField(_("发放积分"), db_default=0)
    created_at = models.DateTimeField(_("创建时间"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    # Lines and answers are not kept for ever.
    lines_purged_at = models.DateTimeField(_("原文清除时间"), null=True, blank=True)
    results_purged_at = models.DateTimeField(_("结果清除时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("批量上传")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant"],
                name="batch_one_running_per_merchant",
                condition=Q(state="running"),
            ),
            models.CheckConstraint(
                name="batch_state_has_its_instants",
                condition=Q(state="receiving", submitted_at=None, ended_at=None)
                | Q(state="abandoned", submitted_at=None, ended_at__isnull=False)
                | Q(
                    state__in=["submitted", "running"],
                    submitted_at__isnull=False,
                    ended_at=None,
                )
                | Q(state="done", submitted_at__isnull=False, ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="batch_within_its_limits",
                condition=Q(
                    received_bytes__gte=0,
                    received_bytes__lte=MOST_BYTES,
                    rows__gte=0,
                    rows__lte=MOST_ROWS,
                    lines__gte=F("rows"),
                    done_line__gte=0,
                    done_line__lte=F("lines"),
                ),
            ),
            models.CheckConstraint(
                name="batch_counts_each_row_once",
                condition=Q(
                    posted__gte=0,
                    parked__gte=0,
                    repeated__gte=0,
                    refused__gte=0,
                    rows__gte=F("posted") + F("parked") + F("repeated") + F("refused"),
                )
                & (
                    ~Q(state="done")
                    | Q(rows=F("posted") + F("parked") + F("repeated") + F("refused"))
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "-id"], name="batch_by_merchant"),
            models.Index(
                "next_attempt_at", "id", name="batch_to_do", condition=at_work("submitted")
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.public_id

    @property
    def row_count(self) -> int:
        return self.rows

    @property
    def answered(self) -> int:
        return self.posted + self.parked + self.repeated + self.refused

    @property
    def has_results(self) -> bool:
        return self.answered > 0 and self.results_purged_at is None


class StagedRow(models.Model):
    """A line as it came, until some time after it was answered."""

    pk = models.CompositePrimaryKey("batch_id", "line")
    batch = models.ForeignKey(Batch, models.PROTECT, db_constraint=False, db_index=False)
    line = models.BigIntegerField()
    content = models.BinaryField()

    class Meta:
        verbose_name = verbose_name_plural = _("待处理行")


class RowResult(models.Model):
    """What came of one row; written in the transaction that did it, so it is done at most once."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("小票")
        REFUND = "refund", _("退货")
        UNREADABLE = "", _("无法识别")

    class State(models.TextChoices):
        POSTED = "posted", _("已入账")
        PARKED = "parked", _("待匹配")
        REPEATED = "repeated", _("重复")
        REFUSED = "refused", _("已拒绝")

    pk = models.CompositePrimaryKey("batch_id", "line")
    batch = models.ForeignKey(
        Batch, models.PROTECT, db_constraint=False, db_index=False, related_name="answers"
    )
    line = models.BigIntegerField(_("行号"))
    kind = models.TextField(_("类型"), choices=Kind)
    state = models.TextField(_("结果"), choices=State)
    # The number on paper, as far as it could be read.
    number = models.TextField(_("单号"), db_default="", blank=True)
    code = models.TextField(_("原因代码"), db_default="", blank=True)
    # The whole problem document of a refused row.
    problem = models.JSONField(_("原因"), null=True, blank=True)
    receipt = models.ForeignKey(
        "loyalty.Receipt",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("小票"),
    )
    refund = models.ForeignKey(
        "loyalty.Refund",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("退货"),
    )
    parked = models.ForeignKey(
        "loyalty.ParkedRefund",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("待匹配退货"),
    )
    # Granted by a receipt; taken back by a refund.
    points = models.BigIntegerField(_("积分"), db_default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("逐行结果")
        constraints = [
            models.CheckConstraint(
                name="row_result_matches_state",
                condition=(
                    Q(
                        state="refused",
                        receipt=None,
                        refund=None,
                        parked=None,
                        points=0,
                        problem__isnull=False,
                    )
                    & ~Q(code="")
                )
                | (
                    Q(state__in=["posted", "repeated"], code="", problem=None, points__gte=0)
                    & (
                        Q(kind="receipt", receipt__isnull=False, refund=None, parked=None)
                        | Q(kind="refund", receipt=None, refund__isnull=False, parked=None)
                    )
                )
                | Q(
                    state__in=["parked", "repeated"],
                    code="",
                    problem=None,
                    kind="refund",
                    receipt=None,
                    refund=None,
                    parked__isnull=False,
                    points=0,
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["batch", "line"], name="row_result_refused", condition=Q(state="refused")
            )
        ]

    def __str__(self) -> str:
        return f"{self.line}"
