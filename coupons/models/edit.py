from django.db import models
from django.utils.translation import gettext_lazy as _


class VersionEdit(models.Model):
    """Who wrote what into a draft, and who submitted it: append-only, one row for each act.

    `contents` is what the version said after the act (`coupons_contents_of`), empty for acts that
    were done before edits were recorded.
    """

    class Act(models.TextChoices):
        DRAFT = "draft", _("起草")
        EDIT = "edit", _("修改")
        SUBMIT = "submit", _("提交")

    version = models.ForeignKey(
        "coupons.TemplateVersion",
        models.PROTECT,
        related_name="edits",
        verbose_name=_("券模板版本"),
    )
    act = models.TextField(_("操作"), choices=Act)
    by = models.ForeignKey(
        "members.User", models.PROTECT, related_name="+", verbose_name=_("操作人")
    )
    at = models.DateTimeField(_("时间"))
    contents = models.JSONField(_("内容"), default=dict)

    class Meta:
        verbose_name = verbose_name_plural = _("券模板修改记录")

    def __str__(self) -> str:
        return f"{self.version_id}: {self.act}"
