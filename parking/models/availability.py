from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from parking.models.register import MOST_BAYS, Pool

MOST_OCCUPIED = 10 * MOST_BAYS
_COUNTED = Q(occupied__range=(0, MOST_OCCUPIED), capacity__range=(0, MOST_BAYS))
# A count above the capacity is kept as it came, and flagged: no place is free then.
_FLAGGED = Q(is_clamped=True, occupied__gt=F("capacity")) | Q(
    is_clamped=False, occupied__lte=F("capacity")
)


class OccupancyFeed(models.Model):
    """A system of an operator that counts cars and reports every `interval_minutes`.

    What it reported is fresh for `fresh_minutes`, then stale until `stale_minutes`, then unknown.
    """

    public_id = PublicIdField("fed", verbose_name=_("编号"))
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="occupancy_feeds", verbose_name=_("商户")
    )
    name = models.CharField(_("名称"), max_length=60)
    interval_minutes = models.PositiveSmallIntegerField(_("上报间隔（分钟）"), default=5)
    fresh_minutes = models.PositiveSmallIntegerField(_("实时期限（分钟）"), default=10)
    stale_minutes = models.PositiveSmallIntegerField(_("过时期限（分钟）"), default=30)
    registered_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("余位数据源")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "name"], name="feed_named_once_in_its_merchant"
            ),
            models.CheckConstraint(name="feed_named", condition=~Q(name="")),
            models.CheckConstraint(
                name="feed_fresh_for_an_interval_and_stale_after",
                condition=Q(
                    interval_minutes__gte=1,
                    fresh_minutes__gte=F("interval_minutes"),
                    stale_minutes__gt=F("fresh_minutes"),
                    stale_minutes__lte=1440,
                ),
            ),
            # What the foreign key of a car park refers to: a feed together with its merchant.
            models.UniqueConstraint(fields=["id", "merchant"], name="feed_of_one_merchant"),
        ]

    def __str__(self) -> str:
        return self.name


class FeedKey(models.Model):
    """What a feed shows to report readings; it opens nothing else, and no till key reports readings."""

    feed = models.ForeignKey(
        OccupancyFeed, models.PROTECT, related_name="keys", verbose_name=_("余位数据源")
    )
    prefix = models.CharField(_("前缀"), max_length=16, unique=True, editable=False)
    secret_hash = models.BinaryField(_("密钥摘要"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("签发人"),
    )
    created_at = models.DateTimeField(_("签发时间"))
    revoked_at = models.DateTimeField(_("吊销时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("数据源密钥")
        constraints = [
            models.CheckConstraint(
                name="feed_key_prefix_of_twelve", condition=Q(prefix__regex=r"^[0-9A-Za-z]{12}$")
            ),
            models.CheckConstraint(
                name="feed_key_secret_is_hashed", condition=Exact(Length("secret_hash"), 32)
            ),
        ]

    def __str__(self) -> str:
        return f"pf_{self.prefix}…"


class OccupancyReading(models.Model):
    """How many cars a feed counted in a pool at an instant, as it came. Kept for a while only."""

    pool = models.ForeignKey(
        Pool, models.PROTECT, related_name="readings", db_index=False, verbose_name=_("车位池")
    )
    feed = models.ForeignKey(
        OccupancyFeed,
        models.PROTECT,
        related_name="readings",
        db_index=False,
        verbose_name=_("余位数据源"),
    )
    measured_at = models.DateTimeField(_("测量时间"))
    received_at = models.DateTimeField(_("收到时间"))
    occupied = models.IntegerField(_("在场车辆"))
    capacity = models.IntegerField(_("车位数"))
    is_clamped = models.BooleanField(_("超出车位数"))

    class Meta:
        verbose_name = verbose_name_plural = _("余位读数")
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "measured_at"], name="reading_once_per_instant_of_a_pool"
            ),
            models.CheckConstraint(name="reading_counted", condition=_COUNTED),
            models.CheckConstraint(name="reading_flagged_iff_above_capacity", condition=_FLAGGED),
        ]
        indexes = [BrinIndex("measured_at", name="reading_by_instant")]

    def __str__(self) -> str:
        return f"{self.pool_id} {self.occupied}/{self.capacity}"


class LiveOccupancy(models.Model):
    """The latest reading of a pool; its row orders readings that come at once and never goes back in time.

    There is one for each pool, empty until the first reading.
    """

    pool = models.OneToOneField(
        Pool, models.PROTECT, primary_key=True, related_name="live", verbose_name=_("车位池")
    )
    feed = models.ForeignKey(
        OccupancyFeed,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="live",
        verbose_name=_("余位数据源"),
    )
    measured_at = models.DateTimeField(_("测量时间"), null=True, blank=True)
    received_at = models.DateTimeField(_("收到时间"), null=True, blank=True)
    occupied = models.IntegerField(_("在场车辆"), default=0)
    capacity = models.IntegerField(_("车位数"), default=0)
    is_clamped = models.BooleanField(_("超出车位数"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("实时余位")
        constraints = [
            models.CheckConstraint(name="live_counted", condition=_COUNTED),
            models.CheckConstraint(name="live_flagged_iff_above_capacity", condition=_FLAGGED),
            models.CheckConstraint(
                name="live_measured_iff_received",
                condition=Q(measured_at=None, received_at=None, feed=None, occupied=0, capacity=0)
                | Q(measured_at__isnull=False, received_at__isnull=False, feed__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.occupied}/{self.capacity}"


class RefusedReading(models.Model):
    """A reading that was not taken, as it came; the same one again is only counted. Kept for a while."""

    class Reason(models.TextChoices):
        INVALID = "invalid", _("内容有误")
        UNKNOWN_POOL = "unknown_pool", _("车位池不属于该数据源")
        FUTURE = "future", _("测量时间在未来")
        OLDER = "older", _("早于最新读数")
        CONFLICT = "conflict", _("与同一时间的读数不符")

    feed = models.ForeignKey(
        OccupancyFeed, models.PROTECT, related_name="refused", verbose_name=_("余位数据源")
    )
    reason = models.TextField(_("原因"), choices=Reason)
    detail = models.CharField(_("说明"), max_length=300, blank=True, default="")
    content = models.TextField(_("原文"), max_length=2_000)
    digest = models.BinaryField(_("摘要"))
    first_at = models.DateTimeField(_("首次"))
    last_at = models.DateTimeField(_("最近"))
    times = models.IntegerField(_("次数"), default=1)

    class Meta:
        verbose_name = verbose_name_plural = _("被拒读数")
        constraints = [
            models.UniqueConstraint(fields=["feed", "digest"], name="refused_reading_once"),
            models.CheckConstraint(
                name="refused_reading_some_times",
                condition=Q(times__gte=1, last_at__gte=F("first_at")),
            ),
        ]
        indexes = [models.Index(fields=["feed", "-last_at"], name="refused_by_feed")]

    def __str__(self) -> str:
        return self.get_reason_display()
