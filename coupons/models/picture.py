from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField


class CouponPicture(models.Model):
    """A picture that versions show, drawn anew by us as JPEG; once per content, never changed."""

    public_id = PublicIdField("cpc", verbose_name=_("编号"))
    jpeg = models.BinaryField(_("图片"))
    digest = models.BinaryField(_("摘要"), max_length=32, help_text="SHA-256")
    created_at = models.DateTimeField(_("创建时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = _("券图片")
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="coupon_picture_once_per_content"),
        ]

    def __str__(self) -> str:
        return self.public_id
