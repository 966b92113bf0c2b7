from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credit.complaints.texts import CASE_ACTIONS


class AnswerTemplate(models.Model):
    """A text that the office often writes with an act; who acts takes it over and may change it."""

    action = models.TextField(_("事项"), choices=CASE_ACTIONS)
    title = models.TextField(_("名称"))
    text = models.TextField(_("内容"))
    is_live = models.BooleanField(_("使用中"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("答复模板")
        constraints = [
            models.CheckConstraint(
                name="answer_template_has_words", condition=~Q(title="") & ~Q(text="")
            ),
            models.UniqueConstraint(
                fields=["action", "title"],
                name="answer_template_named_once",
                condition=Q(is_live=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title
