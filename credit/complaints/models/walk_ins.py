from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from credit.complaints.models.case_file import CaseFile
from credit.complaints.models.clocks import CaseNotice
from district.kernel.database.ids import PublicIdField


class WalkIn(models.Model):
    """Who came to the counter and is no member: name and contact, sealed, and the hash that finds them again.

    One row for a contact. Both go when the person, as a member, takes the cases over, or some time after the last
    of them ended; whoever comes again after that is another row.
    """

    class Kind(models.TextChoices):
        PHONE = "phone", _("手机号")
        OTHER = "other", _("其他联系方式")

    public_id = PublicIdField("wlk", verbose_name=_("编号"))
    kind = models.TextField(_("联系方式"), choices=Kind)
    # A phone has the hash that a member's has.
    contact_hash = models.BinaryField(_("联系方式摘要"), null=True, blank=True)
    # {"name": …, "contact": …}, sealed by the master key of that version.
    sealed = models.BinaryField(_("密文"), null=True, blank=True)
    master_version = models.IntegerField(_("主密钥版本"), null=True, blank=True)
    came_at = models.DateTimeField(_("登记时间"))
    forgotten_at = models.DateTimeField(_("删除时间"), null=True, blank=True)
    # The member who took the cases over.
    taken_by = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("接管会员"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("非会员")
        constraints = [
            models.CheckConstraint(
                name="walk_in_has_a_contact_until_forgotten",
                condition=Q(
                    forgotten_at=None,
                    contact_hash__isnull=False,
                    sealed__isnull=False,
                    master_version__isnull=False,
                )
                | Q(
                    forgotten_at__isnull=False,
                    contact_hash=None,
                    sealed=None,
                    master_version=None,
                ),
            ),
            models.CheckConstraint(
                name="walk_in_taken_over_is_forgotten",
                condition=Q(taken_by=None) | Q(forgotten_at__isnull=False),
            ),
            models.UniqueConstraint(fields=["contact_hash"], name="walk_in_once_per_contact"),
        ]

    def __str__(self) -> str:
        return self.public_id


class ContactCall(models.Model):
    """An officer phoned the person of a case, or tried to; who was reached has heard every notice up to one."""

    case = models.ForeignKey(CaseFile, models.PROTECT, related_name="calls", verbose_name=_("案件"))
    last_notice = models.ForeignKey(
        CaseNotice, models.PROTECT, related_name="+", verbose_name=_("已告知到")
    )
    is_reached = models.BooleanField(_("已接通"))
    note = models.TextField(_("通话情况"), blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("致电人")
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("电话告知记录")

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%Y-%m-%d %H:%M}"


class _ToCall(models.Manager[CaseFile]):
    def get_queryset(self) -> "models.QuerySet[CaseFile]":
        reached = ContactCall.objects.filter(
            case=OuterRef("case"), is_reached=True, last_notice__gte=OuterRef("pk")
        )
        unheard = CaseNotice.objects.filter(
            ~Exists(reached), case=OuterRef("pk"), audience="shopper"
        )
        rows = super().get_queryset().filter(walk_in__isnull=False, walk_in__forgotten_at=None)
        since = unheard.order_by("pk").values("at")[:1]
        return rows.filter(Exists(unheard)).annotate(unheard_since=Subquery(since))


class CaseToCall(CaseFile):
    """A case of a person who is no member and is to be phoned: there is a notice that they have not heard."""

    objects = _ToCall()  # type: ignore[assignment,misc]

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = _("待电话告知")
