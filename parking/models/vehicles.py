from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from parking.models.decided_claims import DecidedClaim


class Vehicle(models.Model):
    """A plate that a member registered. The plate is sealed with the member's key and found by its keyed hash.

    A plate of a colour belongs to one member at a time. That it was typed proves nothing: `verified_at` says that
    somebody looked at the driving licence.
    """

    class Colour(models.TextChoices):
        BLUE = "blue", _("蓝牌")
        YELLOW = "yellow", _("黄牌")
        GREEN = "green", _("绿牌")
        YELLOW_GREEN = "yellow_green", _("黄绿牌")
        WHITE = "white", _("白牌")
        BLACK = "black", _("黑牌")
        PAPER = "paper", _("临时号牌")

    class Kind(models.TextChoices):
        STANDARD = "standard", _("普通")
        NEW_ENERGY = "new_energy", _("小型新能源")
        NEW_ENERGY_LARGE = "new_energy_large", _("大型新能源")
        LEARNER = "learner", _("教练")
        POLICE = "police", _("警用")
        TRAILER = "trailer", _("挂车")
        CROSS_BORDER = "cross_border", _("港澳入出境")
        CONSULATE = "consulate", _("领馆")
        EMBASSY = "embassy", _("使馆")
        ARMED_POLICE = "armed_police", _("武警")
        MILITARY = "military", _("军用")
        EMERGENCY = "emergency", _("应急救援")
        TEMPORARY = "temporary", _("临时")

    public_id = PublicIdField("veh", verbose_name=_("编号"))
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="vehicles", verbose_name=_("会员")
    )
    plate_hash = models.BinaryField(_("车牌摘要"))
    plate_sealed = models.BinaryField(_("车牌密文"))
    colour = models.TextField(_("车牌颜色"), choices=Colour)
    kind = models.TextField(_("车牌类型"), choices=Kind)
    is_default = models.BooleanField(_("默认"), default=False)
    registered_at = models.DateTimeField(_("登记时间"))
    verified_at = models.DateTimeField(_("核实时间"), null=True, blank=True)
    removed_at = models.DateTimeField(_("移除时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("车辆")
        constraints = [
            models.UniqueConstraint(
                fields=["plate_hash", "colour"],
                name="plate_of_one_member_at_a_time",
                condition=Q(removed_at=None),
            ),
            models.UniqueConstraint(
                fields=["member"],
                name="vehicle_one_default_per_member",
                condition=Q(is_default=True),
            ),
            models.CheckConstraint(
                name="vehicle_plate_is_hashed_and_sealed",
                condition=Exact(Length("plate_hash"), 32) & ~Q(plate_sealed=b""),
            ),
            models.CheckConstraint(
                name="vehicle_of_known_colour",
                condition=Q(
                    colour__in=[
                        *("blue", "yellow", "green", "yellow_green", "white", "black", "paper")
                    ]
                ),
            ),
            models.CheckConstraint(
                name="vehicle_removed_is_no_default",
                condition=Q(removed_at=None)
                | Q(is_default=False, removed_at__gte=F("registered_at")),
            ),
        ]
        indexes = [models.Index(fields=["member", "-id"], name="vehicle_by_member")]

    def __str__(self) -> str:
        return self.public_id


class PlateDispute(DecidedClaim):
    """A member says that a plate which another one registered is theirs; an operator looks at the papers.

    The claimant's plate is kept sealed with the claimant's key, so that nothing is typed again when it is upheld.
    """

    class State(models.TextChoices):
        OPEN = "open", _("待核实")
        UPHELD = "upheld", _("已改归申请人")
        REJECTED = "rejected", _("已驳回")

    public_id = PublicIdField("pld", verbose_name=_("编号"))
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, related_name="disputes", verbose_name=_("现登记车辆")
    )
    claimant = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="plate_disputes", verbose_name=_("申请人")
    )
    plate_sealed = models.BinaryField(_("车牌密文"))
    state = models.TextField(_("状态"), choices=State, default=State.OPEN)
    opened_at = models.DateTimeField(_("提出时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("车牌争议")
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle", "claimant"],
                name="plate_dispute_once_open",
                condition=Q(state="open"),
            ),
            models.CheckConstraint(
                name="plate_dispute_decided_iff_not_open",
                condition=Q(state="open", decided_at=None)
                | Q(state__in=["upheld", "rejected"], decided_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["state", "-opened_at"], name="plate_dispute_by_state")]

    def __str__(self) -> str:
        return self.public_id
