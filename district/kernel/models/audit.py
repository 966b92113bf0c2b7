from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class AuditLine(models.Model):
    """Who did what to what, written once and never changed."""

    at = models.DateTimeField(_("时间"), db_default=Now())
    actor = models.TextField(_("操作者"))
    verb = models.TextField(_("操作"))
    subject = models.TextField(_("对象"))
    facts = models.JSONField(_("内容"), db_default=models.Value({}, models.JSONField()))
    request_id = models.TextField(_("请求编号"), db_default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("操作日志")
        indexes = [
            models.Index("subject", "id", name="audit_by_subject"),
            models.Index("actor", "id", name="audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.subject}"

    @property
    def is_from_shell(self) -> bool:
        """Whether a command acted in the actor's name, instead of the actor in the back office."""
        return "shell_command" in self.facts
