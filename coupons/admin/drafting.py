"""The form of a draft: everything a template version says, in the words of whoever plans a campaign."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons.admin.common import YuanField, yuan_of
from coupons.models import TemplateVersion
from district.kernel.backoffice import ActForm
from district.kernel.backoffice.widgets import InstantInput
from district.merchants.models import Merchant
from district.merchants.scope import viewer

# Fields that stand in the model as they stand in the form.
PLAIN = (
    "kind",
    "gift",
    "parking_minutes",
    "partial",
    "uses",
    "claim_from",
    "claim_until",
    "valid_from",
    "valid_until",
    "days_from",
    "days",
    "times",
    "scope",
    "stacking",
    "per_member",
    "per_member_day",
    "stock",
    "stock_per_day",
    "claimable",
    "points_price",
    "at_counter",
    "transferable",
    "audience",
    "offline",
    "replacement_days",
)
YUAN = {
    "face_yuan": "face_fen",
    "cap_yuan": "cap_fen",
    "threshold_yuan": "threshold_fen",
    "budget_yuan": "budget_fen",
    "gift_from_yuan": "gift_from_fen",
}
_REQUIRED_FEN = ("face_fen", "cap_fen", "threshold_fen")
_HUNDREDTHS = 100


def _whole(label: Any, low: int, high: int, **options: Any) -> forms.IntegerField:
    options = {"required": False} | options
    return forms.IntegerField(label=label, min_value=low, max_value=high, **options)


def _instant(label: Any, **options: Any) -> forms.DateTimeField:
    return forms.DateTimeField(label=label, widget=InstantInput, **options)


def _document(label: Any, help_text: Any) -> forms.JSONField:
    return forms.JSONField(label=label, required=False, initial=dict, help_text=help_text)


class DraftForm(ActForm):
    """Money in yuan, shares in percent; what it comes to is a draft for `save_draft`."""

    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=TemplateVersion.Kind.choices)
    face_yuan = YuanField(
        gettext_lazy("面额（元）"),
        help_text=gettext_lazy("满减的金额、兑换物的价值，或停车抵扣额。"),
    )
    off_percent = forms.DecimalField(
        label=gettext_lazy("减免（%）"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=Decimal("99.99"),
        decimal_places=2,
        help_text=gettext_lazy("仅折扣券：15 即八五折。"),
    )
    cap_yuan = YuanField(gettext_lazy("最高减免（元）"), help_text=gettext_lazy("仅折扣券，必填。"))
    threshold_yuan = YuanField(gettext_lazy("使用门槛（元）"))
    gift = forms.CharField(label=gettext_lazy("兑换内容"), max_length=80, required=False)
    parking_minutes = _whole(gettext_lazy("停车时长（分钟）"), 0, 100_000)
    partial = forms.BooleanField(label=gettext_lazy("余额可多次使用"), required=False)
    uses = _whole(gettext_lazy("可用次数"), 1, 100, required=True, initial=1)

    claim_from = _instant(gettext_lazy("开始领取"))
    claim_until = _instant(gettext_lazy("停止领取（不含）"))
    valid_from = _instant(gettext_lazy("固定有效期起"), required=False)
    valid_until = _instant(gettext_lazy("固定有效期止（不含）"), required=False)
    days_from = _whole(
        gettext_lazy("领取后第几天生效"),
        0,
        365,
        help_text=gettext_lazy("0 为立即；与固定有效期二选一。"),
    )
    days = _whole(gettext_lazy("有效天数"), 1, 1095)
    times = _document(
        gettext_lazy("可用时段"),
        gettext_lazy(
            '留空为任何时候。例：{"windows": [{"start": 1080, "end": 120, "kind": "workday"}],'
            ' "never": [["2027-02-05", "2027-02-11"]]}，分钟从零点起算，可跨零点。'
        ),
    )
    scope = _document(
        gettext_lazy("适用范围"),
        gettext_lazy(
            '留空为全商圈。例：{"only": {"trades": ["tea"], "stores": ["str_…"]},'
            ' "but_not": {"merchants": ["mrc_…"]}, "products": ["4711"]}'
        ),
    )
    stacking = forms.ChoiceField(
        label=gettext_lazy("叠加规则"), choices=TemplateVersion.Stack.choices
    )

    per_member = _whole(gettext_lazy("每人限领"), 1, 100, required=True, initial=1)
    per_member_day = _whole(gettext_lazy("每人每日限领"), 1, 100)
    stock = _whole(gettext_lazy("总库存"), 1, 10**9)
    stock_per_day = _whole(gettext_lazy("每日库存"), 1, 10**9)
    budget_yuan = YuanField(gettext_lazy("预算（元）"), most=1_000_000_000)

    redeemer_percent = _whole(gettext_lazy("核销商户承担（%）"), 0, 100, required=True, initial=0)
    fund = forms.ModelChoiceField(
        Merchant.objects.none(), label=gettext_lazy("另一承担方"), required=False
    )
    fund_percent = _whole(
        gettext_lazy("其承担（%）"), 1, 100, help_text=gettext_lazy("其余由商圈联盟承担。")
    )

    claimable = forms.BooleanField(label=gettext_lazy("可自助领取"), required=False, initial=True)
    points_price = _whole(gettext_lazy("积分兑换价"), 1, 10**9)
    gift_from_yuan = YuanField(gettext_lazy("消费满额赠（元）"))
    at_counter = forms.BooleanField(label=gettext_lazy("店员可发放"), required=False)
    transferable = forms.BooleanField(label=gettext_lazy("可转赠一次"), required=False)
    audience = _document(
        gettext_lazy("领取条件"),
        gettext_lazy('留空为所有会员。例：{"new_within_days": 30} 或 {"granted": "clean_plate"}'),
    )
    offline = forms.ChoiceField(
        label=gettext_lazy("离线核销"), choices=TemplateVersion.Offline.choices
    )
    replacement_days = _whole(gettext_lazy("过期补发天数"), 0, 365, required=True, initial=0)

    def prepare(self) -> None:
        funds = Merchant.objects.filter(kind=Merchant.Kind.FUND)
        self.field("fund").queryset = funds.order_by("name_key")

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or {}
        if bool(asked.get("fund")) != bool(asked.get("fund_percent")):
            raise forms.ValidationError(_("另一承担方与其比例须同时填写。"))
        return asked


class NewTemplateForm(DraftForm):
    """The same with a name, and for the operator whose template it is."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=40)
    merchant = forms.ModelChoiceField(
        Merchant.objects.none(),
        label=gettext_lazy("商户"),
        required=False,
        help_text=gettext_lazy("留空为平台券。"),
    )
    field_order = ["name", "merchant"]

    def prepare(self) -> None:
        super().prepare()
        who = viewer(self.request)
        merchants = Merchant.objects.filter(kind=Merchant.Kind.MERCHANT)
        if not who.operator:
            merchants = merchants.filter(pk__in=[who.post.merchant_id] if who.post else [])
            self.field("merchant").required = True
        self.field("merchant").queryset = merchants.order_by("name_key")


def fill(draft: TemplateVersion, asked: dict[str, Any]) -> list[tuple[Merchant | None, int]]:
    """Put what the form says into a draft; who pays comes back."""
    for name in PLAIN:
        value = asked[name]
        if name in ("times", "scope", "audience"):
            value = value or {}
        elif name == "parking_minutes":
            value = value or 0
        setattr(draft, name, value)
    for asked_as, column in YUAN.items():
        fen = asked[asked_as]
        setattr(draft, column, (fen or 0) if column in _REQUIRED_FEN else fen)
    draft.off_bp = int((asked["off_percent"] or 0) * _HUNDREDTHS)
    payers: list[tuple[Merchant | None, int]] = []
    if asked["redeemer_percent"]:
        payers.append((None, asked["redeemer_percent"] * _HUNDREDTHS))
    if asked["fund"]:
        payers.append((asked["fund"], asked["fund_percent"] * _HUNDREDTHS))
    return payers


def spoken(version: TemplateVersion) -> dict[str, Any]:
    """What a version says, as the form's first values."""
    said = {name: getattr(version, name) for name in PLAIN}
    said |= {asked_as: yuan_of(getattr(version, column)) for asked_as, column in YUAN.items()}
    said["off_percent"] = Decimal(version.off_bp) / _HUNDREDTHS if version.off_bp else None
    for payer in version.funding.select_related("party"):
        if payer.party is None:
            said["redeemer_percent"] = payer.bp // _HUNDREDTHS
        else:
            said |= {"fund": payer.party, "fund_percent": payer.bp // _HUNDREDTHS}
    return said
