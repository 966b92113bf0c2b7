from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.merchants.models.expressions import id_range

LONGEST_TARIFF_NAME = 40


class Tariff(models.Model):
    """What an operator of car parks takes for stays; what it says at an instant is said by the version that holds."""

    public_id = PublicIdField("tar", verbose_name=_("编号"))
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="tariffs", verbose_name=_("商户")
    )
    name = models.CharField(_("名称"), max_length=LONGEST_TARIFF_NAME)

    class Meta:
        verbose_name = verbose_name_plural = _("收费标准")
        constraints = [
            models.CheckConstraint(name="tariff_named", condition=~Q(name="")),
            models.UniqueConstraint(
                name="tariff_named_once_by_its_operator", fields=["merchant", "name"]
            ),
            # What a car park refers to, so that it charges by its own operator's.
            models.UniqueConstraint(fields=["id", "merchant"], name="tariff_of_one_merchant"),
        ]

    def __str__(self) -> str:
        return self.name


class TariffVersion(models.Model):
    """The rules of a tariff for a period. Once published all but the end of that period stands.

    `document` is the canonical text of the rules, and `sha256` its digest, which quotes name.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PUBLISHED = "published", _("已发布")
        # Before it came into force.
        WITHDRAWN = "withdrawn", _("已撤回")
        # Prices stays that entered in its period by other rules than the version that it corrects.
        CORRECTION = "correction", _("更正")

    public_id = PublicIdField("trv", verbose_name=_("编号"))
    tariff = models.ForeignKey(
        Tariff, models.PROTECT, related_name="versions", verbose_name=_("收费标准")
    )
    number = models.PositiveIntegerField(_("版本"))
    state = models.TextField(_("状态"), choices=State, default=State.DRAFT)
    document = models.TextField(_("规则"))
    sha256 = models.CharField(_("摘要"), max_length=64)
    valid = DateTimeRangeField(_("有效期"), null=True, blank=True)
    drafted_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("起草人"),
    )
    published_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("发布人"),
    )
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    corrects = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("所更正的版本"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("收费标准版本")
        constraints = [
            models.UniqueConstraint(
                name="tariff_version_numbered_once", fields=["tariff", "number"]
            ),
            models.UniqueConstraint(
                name="tariff_drafted_once_at_a_time",
                fields=["tariff"],
                condition=Q(state="draft"),
            ),
            models.CheckConstraint(
                name="tariff_version_state_known",
                condition=Q(state__in=["draft", "published", "withdrawn", "correction"]),
            ),
            models.CheckConstraint(
                name="tariff_version_valid_iff_published",
                condition=Q(state="draft", valid=None, published_at=None)
                | Q(
                    ~Q(state="draft"),
                    valid__isnull=False,
                    valid__isempty=False,
                    published_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="tariff_version_withdrawn_iff_dated",
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                | Q(~Q(state="withdrawn"), withdrawn_at=None),
            ),
            models.CheckConstraint(
                name="tariff_version_corrects_iff_correction",
                condition=Q(state="correction", corrects__isnull=False)
                | Q(~Q(state="correction"), corrects=None),
            ),
            ExclusionConstraint(
                name="tariff_version_corrected_once_at_a_time",
                expressions=[
                    (id_range("corrects"), RangeOperators.OVERLAPS),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=Q(state="correction"),
                violation_error_message=_("该版本在此时段已有更正"),
            ),
            ExclusionConstraint(
                name="tariff_versions_one_at_a_time",
                expressions=[
                    (id_range("tariff"), RangeOperators.OVERLAPS),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=Q(state="published"),
                violation_error_message=_("该收费标准在此时段已有版本"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tariff} v{self.number}"
