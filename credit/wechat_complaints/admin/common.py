"""What the screens of WeChat's complaints share."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from credit.complaints.models import CaseFile, Complaint
from credit.complaints.models.case_file import OPEN_NAMES
from district.kernel.backoffice import ActionForm, MenuGroup, name_verbs
from district.merchants.models import Store

WECHAT_COMPLAINTS = MenuGroup(gettext_lazy("微信支付投诉"), order=40)
STATE_TONES = {
    "待读取": "info",
    "待指定门店": "danger",
    "待关联案件": "danger",
    "已转案件": "success",
    "微信侧已完结": "",
}
ITEM_TONES = {
    "待转入案件": "info",
    "已转为案件操作": "success",
    "无须处理": "",
    "待人工处理": "danger",
    "已人工处理": "success",
}
REPLY_TONES = {
    "待发送": "info",
    "已发送": "success",
    "微信已有": "success",
    "微信侧已完结": "",
    "已取消": "warning",
}
PAYER_ACTS = [
    ("accept", gettext_lazy("接受商户方案")),
    ("escalate", gettext_lazy("要求调解")),
    ("confirm", gettext_lazy("确认已收到")),
    ("deny", gettext_lazy("未收到或未解决")),
    ("withdraw", gettext_lazy("撤回投诉")),
]

name_verbs(
    assign_complaint_store=gettext_lazy("指定微信投诉的门店"),
    link_complaint_case=gettext_lazy("关联微信投诉与案件"),
    settle_complaint_item=gettext_lazy("处理微信协商记录"),
    skip_complaint_reply=gettext_lazy("取消微信投诉回复"),
    act_for_wechat_payer=gettext_lazy("代微信投诉人办理"),
    register_complaint_address=gettext_lazy("登记微信投诉通知地址"),
)


class ComplaintStoreForm(ActionForm):
    """Which store it is about."""

    store = forms.ModelChoiceField(Store.objects.none(), label=gettext_lazy("门店"))

    def prepare(self) -> None:
        self.field("store").queryset = Store.objects.order_by("name_key", "pk")


class ComplaintCaseForm(ActionForm):
    """Which open case it is."""

    case = forms.ModelChoiceField(CaseFile.objects.none(), label=gettext_lazy("未结案件"))

    def prepare(self) -> None:
        rows: Any = Complaint.objects.filter(state__in=OPEN_NAMES).order_by("-pk")
        if self.row is not None and self.row.store_id is not None:
            rows = rows.filter(store=self.row.store_id)
        self.field("case").queryset = rows


class PayerActForm(ActionForm):
    """What the payer said."""

    act = forms.ChoiceField(choices=PAYER_ACTS, label=gettext_lazy("用户的意思"))
    words = forms.CharField(
        label=gettext_lazy("用户原话"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
