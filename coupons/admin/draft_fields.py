"""The fields of a draft in the words of whoever plans a campaign, and the tabs they stand in."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons.admin.common import MAX_BUDGET_FEN, optional_yuan
from coupons.engine.benefits import KINDS
from coupons.models import TemplateVersion
from district.kernel.backoffice import ActionForm
from district.kernel.backoffice.lazy_text import Text
from district.kernel.backoffice.widgets import InstantInput
from district.kernel.errors import PictureRefused, ServiceUnavailable
from district.kernel.http import pictures

# The form's fields of columns that stand in it in another unit.
FIELDS = {"face_fen": "face_yuan", "off_bp": "off_percent", "cap_fen": "cap_yuan"}


def _only_for() -> dict[str, str]:
    fields: dict[str, str] = {}
    for kind, benefit in KINDS.items():
        for column in benefit.columns.values():
            name = FIELDS.get(column, column)
            fields[name] = f"{fields.get(name, '')} {kind}".lstrip()
    return fields


# Which fields mean something for some only: the others are hidden by the page, and ignored.
ONLY_FOR = _only_for() | {
    "days_from": "relative",
    "days": "relative",
    "valid_from": "fixed",
    "valid_until": "fixed",
}
# Without which a choice means nothing: of each of its groups exactly one is filled in.
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    kind: tuple(tuple(FIELDS.get(column, column) for column in group) for group in benefit.required)
    for kind, benefit in KINDS.items()
} | {
    "relative": (("days_from",), ("days",)),
    "fixed": (("valid_from",), ("valid_until",)),
}


def _whole(label: Any, low: int, high: int, **options: Any) -> forms.IntegerField:
    options = {"required": False} | options
    return forms.IntegerField(label=label, min_value=low, max_value=high, **options)


def _instant(label: Any, **options: Any) -> forms.DateTimeField:
    return forms.DateTimeField(label=label, widget=InstantInput, **options)


def percent(label: Any, low: str, high: str, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=Decimal(low),
        max_value=Decimal(high),
        decimal_places=2,
        **options,
    )


TABS: tuple[tuple[Text, tuple[str, ...]], ...] = (
    (
        gettext_lazy("优惠"),
        (
            *("name", "merchant", "kind", "face_yuan", "off_percent", "cap_yuan"),
            *("gift", "parking_minutes", "threshold_yuan", "partial", "uses", "stacking"),
        ),
    ),
    (
        gettext_lazy("有效期"),
        (
            *("claim_from", "claim_until", "validity"),
            *("days_from", "days", "valid_from", "valid_until"),
        ),
    ),
    (gettext_lazy("可用时段"), ("window*", "never*")),
    (gettext_lazy("适用范围"), ("only_*", "but_not_*", "products", "but_no_products")),
    (
        gettext_lazy("发放与限制"),
        (
            *("claimable", "points_price", "exchange_undo_minutes"),
            *("gift_from_yuan", "at_counter"),
            *("per_member", "per_member_day", "stock", "stock_per_day"),
            *("transferable", "offline", "replacement_days"),
        ),
    ),
    (gettext_lazy("须知与图片"), ("instructions", "picture", "no_picture")),
    (gettext_lazy("领取条件"), ("new_within_days", "tags", "bought_at", "granted*")),
    (
        gettext_lazy("预算与分担"),
        ("budget_yuan", "budget_warn_percent", "redeemer_percent", "payer*"),
    ),
)


class DraftFields(ActionForm):
    """Money in yuan, shares in percent. Hours, places, conditions and payers come in rows of their own."""

    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=TemplateVersion.Kind.choices)
    face_yuan = optional_yuan(
        gettext_lazy("面额（元）"),
        help_text=gettext_lazy("满减的金额、兑换物的价值，或停车抵扣额。"),
    )
    off_percent = percent(
        gettext_lazy("减免（%）"),
        "0.01",
        "99.99",
        required=False,
        help_text=gettext_lazy("15 即八五折。"),
    )
    cap_yuan = optional_yuan(gettext_lazy("最高减免（元）"))
    threshold_yuan = optional_yuan(
        gettext_lazy("使用门槛（元）"),
        help_text=gettext_lazy("账单中适用的金额满多少可用；留空为无门槛。"),
    )
    gift = forms.CharField(label=gettext_lazy("兑换内容"), max_length=80, required=False)
    parking_minutes = _whole(
        gettext_lazy("停车时长（分钟）"),
        0,
        100_000,
        help_text=gettext_lazy("时长与抵扣额填一项。"),
    )
    partial = forms.BooleanField(label=gettext_lazy("余额可多次使用"), required=False)
    uses = _whole(gettext_lazy("可用次数"), 1, 100, required=True, initial=1)
    stacking = forms.ChoiceField(
        label=gettext_lazy("叠加规则"),
        choices=TemplateVersion.Stack.choices,
        help_text=gettext_lazy("与同一账单上其他券的关系。"),
    )

    claim_from = _instant(gettext_lazy("开始领取"))
    claim_until = _instant(gettext_lazy("停止领取（不含）"))
    validity = forms.ChoiceField(
        label=gettext_lazy("有效期"),
        choices=[
            ("relative", gettext_lazy("领取后按天计算")),
            ("fixed", gettext_lazy("固定起止时间")),
        ],
    )
    days_from = _whole(
        gettext_lazy("领取后第几天生效"), 0, 365, help_text=gettext_lazy("0 为立即，1 为次日零点。")
    )
    days = _whole(gettext_lazy("有效天数"), 1, 1095)
    valid_from = _instant(gettext_lazy("有效期起"), required=False)
    valid_until = _instant(gettext_lazy("有效期止（不含）"), required=False)

    claimable = forms.BooleanField(label=gettext_lazy("可自助领取"), required=False, initial=True)
    points_price = _whole(
        gettext_lazy("积分兑换价"), 1, 10**9, help_text=gettext_lazy("填写后可用积分兑换。")
    )
    exchange_undo_minutes = _whole(
        gettext_lazy("兑换可退分钟数"),
        1,
        30 * 24 * 60,
        help_text=gettext_lazy("兑换后多久内，会员可退回未使用的券并取回积分；留空为不可退。"),
    )
    gift_from_yuan = optional_yuan(
        gettext_lazy("消费满额赠（元）"), help_text=gettext_lazy("填写后，单笔消费满额自动赠送。")
    )
    at_counter = forms.BooleanField(label=gettext_lazy("店员可发放"), required=False)
    per_member = _whole(gettext_lazy("每人限领"), 1, 100, required=True, initial=1)
    per_member_day = _whole(gettext_lazy("每人每日限领"), 1, 100)
    stock = _whole(gettext_lazy("总库存"), 1, 10**9, help_text=gettext_lazy("留空为不限量。"))
    stock_per_day = _whole(gettext_lazy("每日库存"), 1, 10**9)
    transferable = forms.BooleanField(label=gettext_lazy("可转赠一次"), required=False)
    offline = forms.ChoiceField(
        label=gettext_lazy("离线核销"),
        choices=TemplateVersion.Offline.choices,
        help_text=gettext_lazy("收银台断网时能否核销。"),
    )
    replacement_days = _whole(
        gettext_lazy("过期补发天数"),
        0,
        365,
        required=True,
        initial=0,
        help_text=gettext_lazy("撤销核销时券已过期，补发一张有效若干天的券；0 为不补发。"),
    )

    instructions = forms.CharField(
        label=gettext_lazy("使用须知"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("会员看到的说明，每行一条；规则能表达的不必重复。"),
    )
    picture = forms.FileField(
        label=gettext_lazy("图片"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png"}),
        help_text=gettext_lazy("JPEG 或 PNG，边长不少于 200 像素；位置等信息会去除。"),
    )
    no_picture = forms.BooleanField(label=gettext_lazy("不要图片"), required=False)

    budget_yuan = optional_yuan(
        gettext_lazy("预算（元）"), max_fen=MAX_BUDGET_FEN, help_text=gettext_lazy("留空为不限。")
    )
    budget_warn_percent = _whole(
        gettext_lazy("预算提醒线（%）"),
        0,
        99,
        required=True,
        initial=20,
        help_text=gettext_lazy("预算剩余低于这个比例时提醒一次；0 为不提醒。"),
    )
    redeemer_percent = percent(
        gettext_lazy("核销商户承担（%）"),
        "0",
        "100",
        initial=0,
        help_text=gettext_lazy(
            "在哪家使用由哪家承担。未写明的部分：商户券由该商户承担，平台券由商圈联盟承担。"
        ),
    )

    def clean_picture(self) -> bytes | None:
        """The upload drawn anew as JPEG."""
        upload = self.cleaned_data.get("picture")
        if not upload:
            return None
        if upload.size > settings.PHOTO_LIMIT:
            raise forms.ValidationError(_("图片过大，请压缩后再上传。"))
        try:
            return pictures.redraw(upload.read()).jpeg
        except (PictureRefused, ServiceUnavailable) as refusal:
            raise forms.ValidationError(refusal.detail or str(refusal.title)) from None
