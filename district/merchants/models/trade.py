from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Trade(models.Model):
    """A line of business, such as catering or clothing."""

    code = models.CharField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=40, unique=True)
    sort = models.PositiveSmallIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("业态")
        constraints = [
            models.CheckConstraint(
                name="trade_code_is_a_word", condition=Q(code__regex=r"^[a-z][a-z0-9_]*$")
            ),
            models.CheckConstraint(name="trade_named", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name
