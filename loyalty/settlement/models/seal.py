from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class JournalSeal(models.Model):
    """The Merkle root of a day of the journal, chained to the seal before it.

    A grant, draw, restore or booking belongs to the first seal whose horizon and whose day's end it lies
    before: the rule of cycles. Who knows one seal can check everything that came before it.
    """

    day = models.DateField(_("日期"), unique=True)
    ends_at = models.DateTimeField(_("结束（不含）"))
    horizon = models.BigIntegerField(_("事务号"))
    leaves = models.BigIntegerField(_("条数"))
    root = models.BinaryField(_("默克尔根"), max_length=32)
    # The hash of the seal before, and of this one: over day, horizon, leaves, root and that hash.
    previous = models.BinaryField(_("上一封存"), max_length=32, unique=True)
    hash = models.BinaryField(_("摘要"), max_length=32, unique=True)
    sealed_at = models.DateTimeField(_("封存时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("流水封存")
        constraints = [
            models.CheckConstraint(
                name="seal_counts_its_leaves", condition=Q(leaves__gte=0, horizon__gt=0)
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}"
