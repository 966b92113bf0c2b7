"""What the screens share: the choice of a version, and a CSV file."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons.issuing.job_limits import MOST_BYTES
from coupons.models import TemplateVersion
from district.kernel.backoffice import ActionForm
from district.merchants.scope import viewer


class VersionChoice(forms.ModelChoiceField):
    """A published version by its name and number."""

    def label_from_instance(self, row: TemplateVersion) -> str:
        owner = row.template.merchant.name if row.template.merchant else _("平台")
        return f"{row.template.name}（{owner}，v{row.number}）"


class FileOfVersionForm(ActionForm):
    """A version that is being given out, a name and a CSV."""

    version = VersionChoice(TemplateVersion.objects.none(), label=gettext_lazy("券模板"))
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    file = forms.FileField(label=gettext_lazy("文件"))

    def prepare(self) -> None:
        self.field("version").queryset = self._published()

    def _published(self) -> QuerySet[TemplateVersion]:
        rows = TemplateVersion.objects.filter(state=TemplateVersion.State.PUBLISHED)
        who = viewer(self.request)
        if not who.operator:
            rows = rows.filter(template__merchant=who.post.merchant_id if who.post else None)
            rows = rows.exclude(template__merchant=None)
        return rows.select_related("template__merchant").order_by("-pk")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file is None:
            return None
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("文件最大 %(most)d MB。") % {"most": MOST_BYTES // 2**20})
        if not str(file.name).lower().endswith(".csv"):
            raise forms.ValidationError(_("请选择 .csv 文件。"))
        return file
