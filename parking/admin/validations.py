"""停车减免: what a merchant gives for receipts, and for which it did."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import ActionForm, DayRangeFilter, Menu, name_verbs
from district.kernel.backoffice.columns import Choice, Column, Money, Number
from district.kernel.backoffice.search import ExactSearch
from district.kernel.backoffice.typed_fields import YuanField
from district.kernel.idempotency import Key
from district.merchants.models import Merchant, Store
from district.merchants.scope import MerchantScopedAdmin, RoleAction, ScopedFilter, viewer
from parking import services as parking
from parking.admin.common import PARKING
from parking.models import CarPark, MinuteValidation, ValidationRule, Vehicle

name_verbs(
    set_validation_rule=gettext_lazy("设置停车减免规则"),
    end_validation_rule=gettext_lazy("停用停车减免规则"),
    revoke_validation=gettext_lazy("撤销停车减免"),
)


class RuleForm(ActionForm):
    merchant = forms.ModelChoiceField(Merchant.objects.none(), label=gettext_lazy("商户"))
    from_yuan = YuanField(gettext_lazy("消费满（元）"), min_fen=0, max_fen=100_000_000)
    minutes = forms.IntegerField(
        label=gettext_lazy("停车分钟"), min_value=1, max_value=1_440, initial=120
    )
    car_parks = forms.ModelMultipleChoiceField(CarPark.objects.none(), label=gettext_lazy("停车场"))

    def prepare(self) -> None:
        who = viewer(self.request)
        rows = Merchant.objects.filter(kind=Merchant.Kind.MERCHANT).order_by("name_key", "pk")
        if not who.operator:
            rows = rows.filter(pk=who.post.merchant_id) if who.post else rows.none()
        self.field("merchant").queryset = rows
        open_ones = CarPark.objects.filter(state=CarPark.State.OPEN)
        self.field("car_parks").queryset = open_ones.order_by("name_key", "public_id")


class SetValidationRule(RoleAction):
    name, label, icon = "add-rule", gettext_lazy("新增规则"), "add"
    explanation = gettext_lazy(
        "小票达到消费金额即可减免停车时长；减免的停车费由该商户承担，随结算付给停车场。"
    )
    success_message, required_permission = gettext_lazy("规则已生效。"), "manage_validations"
    form_class = RuleForm
    argument_names = {"from_yuan": "from_fen"}
    verb = staticmethod(parking.set_validation_rule)


class EndValidationRule(RoleAction):
    name, label, icon, is_dangerous = "end", gettext_lazy("停用规则"), "block", True
    success_message, required_permission = gettext_lazy("规则已停用。"), "manage_validations"
    row_argument = "rule"
    verb = staticmethod(parking.end_validation_rule)

    def is_applicable(self, row: ValidationRule) -> bool:
        return row.ended_at is None


@admin.register(ValidationRule)
class ValidationRuleAdmin(MerchantScopedAdmin):
    menu = Menu(PARKING, "rule", 26)
    required_permission = "give_validations"
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("新增规则后，收银台和店员可按小票为顾客减免停车。")
    shop = Column(gettext_lazy("商户"), "merchant__name")
    threshold = Money(gettext_lazy("消费满"), "from_fen")
    given = Number(gettext_lazy("停车分钟"), "minutes")
    where = Column(
        gettext_lazy("停车场"),
        lambda row: "、".join(car_park.name for car_park in row.car_parks.all()),
    )
    is_current = Column(
        gettext_lazy("状态"),
        lambda row: gettext_lazy("已停用") if row.ended_at else gettext_lazy("启用"),
    )
    list_display = ["shop", "threshold", "given", "where", "is_current", "created_at"]
    list_filter = [("merchant", ScopedFilter)]
    list_select_related = ["merchant"]
    ordering = ["-pk"]
    sortable_by = ()
    fields = ["shop", "threshold", "given", "where", "is_current", "created_at", "ended_at"]
    list_actions = (SetValidationRule(),)
    row_actions = (EndValidationRule(),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("car_parks")


class GrantForm(ActionForm):
    store = forms.ModelChoiceField(Store.objects.none(), label=gettext_lazy("门店"))
    receipt_no = forms.CharField(label=gettext_lazy("小票号"), max_length=64)
    paid_yuan = YuanField(gettext_lazy("消费金额（元）"), min_fen=0)
    plate = forms.CharField(label=gettext_lazy("车牌"), max_length=20)
    colour = forms.ChoiceField(
        label=gettext_lazy("车牌颜色"),
        choices=[("", gettext_lazy("按车牌判断")), *Vehicle.Colour.choices],
        required=False,
    )

    def prepare(self) -> None:
        who, rows = viewer(self.request), Store.objects.order_by("name_key", "pk")
        if not who.operator:
            rows = rows.filter(merchant=who.post.merchant_id) if who.post else rows.none()
        self.field("store").queryset = rows


class GrantValidation(RoleAction):
    name, label, icon = "grant", gettext_lazy("减免停车"), "add"
    explanation = gettext_lazy("按小票金额减免；车辆是否在场不会显示。同一小票只能减免一次。")
    success_message, required_permission = gettext_lazy("已减免。"), "give_validations"
    form_class = GrantForm

    def run(
        self, request: HttpRequest, row: None, cleaned_data: dict[str, Any], key: Key
    ) -> MinuteValidation:
        paid_fen = cleaned_data.pop("paid_yuan")
        return parking.grant_validation(
            **cleaned_data,
            paid_fen=paid_fen,
            actor=f"user:{viewer(request).user.pk}",
            key=key,
        )


class RevokeForm(ActionForm):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=80)


class RevokeValidation(RoleAction):
    name, label, icon, is_dangerous = "revoke", gettext_lazy("撤销减免"), "undo", True
    explanation = gettext_lazy("未使用或车辆仍在场时可以撤销；车辆离场后费用已结算，不能撤销。")
    success_message, required_permission = gettext_lazy("已撤销。"), "manage_validations"
    states = {MinuteValidation.State.GRANTED, MinuteValidation.State.USED}
    form_class, row_argument = RevokeForm, "validation"
    verb = staticmethod(parking.revoke_validation)


@admin.register(MinuteValidation)
class MinuteValidationAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(PARKING, "redeem", 25)
    required_permission, store_path = "give_validations", "store"
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("按小票减免停车后，记录会出现在这里。")
    shop = Column(gettext_lazy("商户"), "merchant__name")
    place = Column(gettext_lazy("门店"), "store__name")
    paid = Money(gettext_lazy("消费金额"), "paid_fen")
    given = Number(gettext_lazy("停车分钟"), "minutes")
    saved = Money(gettext_lazy("减免金额"), "saved_fen")
    state_label = Choice(
        gettext_lazy("状态"),
        "state",
        {"待使用": "info", "已使用": "success", "未使用": "", "已撤销": "warning"},
    )
    list_display = ["receipt_no", "shop", "paid", "given", "state_label", "saved", "granted_at"]
    list_filter = ["state", ("merchant", ScopedFilter), ("granted_at", DayRangeFilter)]
    list_select_related = ["merchant", "store"]
    exact_fields = ("receipt_no", "public_id")
    search_help_text = gettext_lazy("完整的小票号或编号")
    ordering = ["-pk"]
    sortable_by = ()
    fields = [
        *("public_id", "receipt_no", "shop", "place", "paid", "given", "state_label", "saved"),
        *("granted_at", "valid_until", "ended_at", "reason"),
    ]
    list_actions = (GrantValidation(),)
    row_actions = (RevokeValidation(),)
