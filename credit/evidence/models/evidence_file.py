from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credit.evidence.limits import MOST_BYTES, MOST_FILES
from credit.evidence.texts import CHECK_STATES, ERASURE_REASONS, FILE_KINDS, SIDES, VISIBILITIES
from credit.evidence.values import FileKind
from district.kernel import clock
from district.kernel.database.ids import PublicIdField
from district.kernel.models.attempts import RetriedWork


def _each_kind(field: str, most: dict[FileKind, int]) -> Q:
    """The number in a column is 1 to what its kind allows."""
    allowed = Q()
    for kind, limit in most.items():
        allowed |= Q(**{"kind": kind.value, f"{field}__gte": 1, f"{field}__lte": limit})
    return allowed


class EvidenceFile(RetriedWork):
    """A file that somebody handed in: its digest as it came, for ever; its content under a key of its own, until it is
    erased.

    `subject` is the id of the case it belongs to, empty until an act on a case names it, and then for good. `slot`
    counts the files of a kind: of the owner's among those without a case, of the side's in a case; a file that came
    with a member who was merged has none until a case names it. `served_bytes` is the length of the picture drawn
    anew, which alone is given out of a picture. The columns of `RetriedWork` are those of the question to WeChat.
    """

    public_id = PublicIdField("evf", verbose_name=_("编号"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人")
    )
    side = models.TextField(_("上传方"), choices=SIDES)
    kind = models.TextField(_("类型"), choices=FILE_KINDS)
    media_type = models.TextField(_("格式"))
    size_bytes = models.IntegerField(_("字节数"))
    sha256 = models.TextField(_("原件摘要"))
    served_bytes = models.IntegerField(_("展示件字节数"), null=True, blank=True)
    at = models.DateTimeField(_("上传时间"))
    visibility = models.TextField(_("可见范围"), choices=VISIBILITIES)

    subject = models.TextField(_("案件编号"), blank=True, default="")
    slot = models.SmallIntegerField(_("序位"), null=True, blank=True)
    bound_at = models.DateTimeField(_("提交到案件时间"), null=True, blank=True)

    state = models.TextField(_("内容审核"), choices=CHECK_STATES)
    check_label = models.IntegerField(_("检测结果标签"), null=True, blank=True)
    trace_id = models.TextField(_("检测编号"), blank=True, default="")
    asked_at = models.DateTimeField(_("送检时间"), null=True, blank=True)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("审核人"),
    )
    judged_at = models.DateTimeField(_("审核时间"), null=True, blank=True)

    master_version = models.SmallIntegerField(_("主密钥版本"), null=True, blank=True)
    wrapped = models.BinaryField(_("数据密钥密文"), null=True, blank=True)
    erased_at = models.DateTimeField(_("删除时间"), null=True, blank=True)
    erasure_reason = models.TextField(
        _("删除原因"), choices=ERASURE_REASONS, blank=True, default=""
    )
    removed_at = models.DateTimeField(_("存储清除时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("证据文件")
        constraints = [
            models.CheckConstraint(
                name="evidence_has_a_digest", condition=Q(sha256__regex="^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(
                name="evidence_size_within_limit", condition=_each_kind("size_bytes", MOST_BYTES)
            ),
            models.CheckConstraint(
                name="evidence_slot_of_few",
                condition=Q(slot=None) | _each_kind("slot", MOST_FILES),
            ),
            models.CheckConstraint(
                name="evidence_pictures_are_drawn_anew",
                condition=Q(kind="image", served_bytes__isnull=False, served_bytes__gte=1)
                | (~Q(kind="image") & Q(served_bytes=None)),
            ),
            models.CheckConstraint(
                name="evidence_bound_iff_dated",
                condition=Q(subject="", bound_at=None)
                | (~Q(subject="") & Q(bound_at__isnull=False, slot__isnull=False)),
            ),
            models.CheckConstraint(
                name="evidence_has_its_key_until_erased",
                condition=Q(
                    erased_at=None,
                    erasure_reason="",
                    wrapped__isnull=False,
                    master_version__isnull=False,
                    removed_at=None,
                )
                | (
                    Q(erased_at__isnull=False, wrapped=None, master_version=None)
                    & ~Q(erasure_reason="")
                ),
            ),
            models.CheckConstraint(
                name="evidence_asked_by_a_trace",
                condition=~Q(state="asked") | (~Q(trace_id="") & Q(asked_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="evidence_refused_by_a_person",
                condition=~Q(state="refused") | Q(judged_by__isnull=False),
            ),
            models.CheckConstraint(
                name="evidence_judged_iff_dated",
                condition=Q(judged_by=None, judged_at=None)
                | Q(judged_by__isnull=False, judged_at__isnull=False),
            ),
            models.CheckConstraint(
                name="evidence_public_once_passed",
                condition=~Q(visibility="public") | Q(state="passed"),
            ),
            models.UniqueConstraint(
                fields=["owner", "kind", "slot"],
                name="evidence_unused_slot_once",
                condition=Q(subject="", erased_at=None),
            ),
            models.UniqueConstraint(
                fields=["subject", "side", "kind", "slot"],
                name="evidence_case_slot_once",
                condition=~Q(subject="") & Q(erased_at=None),
            ),
            models.UniqueConstraint(
                fields=["trace_id"], name="evidence_trace_once", condition=~Q(trace_id="")
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="evidence_by_owner"),
            models.Index(
                fields=["at"], name="evidence_unused", condition=Q(subject="", erased_at=None)
            ),
            models.Index(
                fields=["next_attempt_at"],
                name="evidence_to_be_checked",
                condition=Q(state__in=["waiting", "asked"]),
            ),
            models.Index(
                fields=["erased_at"],
                name="evidence_to_be_removed",
                condition=Q(erased_at__isnull=False, removed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def served_type(self) -> str:
        """The media type of what is given out."""
        return "image/jpeg" if self.kind == FileKind.IMAGE else self.media_type

    def name_of(self, part: str) -> str:
        """Where a part of it lies in the storage."""
        return f"{clock.business_day(self.at):%Y/%m/%d}/{self.public_id}.{part}"

    @property
    def parts(self) -> tuple[str, ...]:
        return ("original", "served") if self.kind == FileKind.IMAGE else ("original",)
