from django.db import models
from django.utils.translation import gettext_lazy as _


class CardCodeUse(models.Model):
    """A rotating card code that has been shown to a till; the constraint is what makes it single use."""

    member = models.ForeignKey("members.Member", models.CASCADE, related_name="+")
    jti = models.BinaryField()
    used_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("已用会员码")
        constraints = [models.UniqueConstraint("jti", name="card_code_used_once")]
        indexes = [models.Index("used_at", name="card_code_use_by_age")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.used_at:%H:%M:%S}"
