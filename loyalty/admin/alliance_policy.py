"""The alliance's rules: set from an instant on by operators, published as they stand."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import (
    ActionForm,
    Menu,
    ReadOnlyAdmin,
    format_instant,
    name_verbs,
)
from district.kernel.backoffice.columns import Column, Moment
from district.kernel.backoffice.typed_fields import YuanField
from district.kernel.idempotency import Key
from district.kernel.text.money import format_yuan
from district.merchants.models import Merchant
from district.merchants.scope import OperatorAction, viewer
from loyalty import queries
from loyalty import services as loyalty
from loyalty.admin.common import POINTS, PointPriceField, StartField, price_text, this_minute
from loyalty.models import AlliancePolicy

name_verbs(set_alliance_policy=gettext_lazy("设置联盟规则"))


def _whole(label: Any, low: int, high: int, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=low, max_value=high, **options)


def _ceiling(label: Any) -> forms.IntegerField:
    text = gettext_lazy("超过时积分待人复核后才能使用；留空：不限。")
    return _whole(label, 0, 10**12, required=False, help_text=text)


class AlliancePolicyForm(ActionForm):
    breakage_to = forms.ModelChoiceField(
        Merchant.objects.none(),
        label=gettext_lazy("过期积分归属"),
        required=False,
        help_text=gettext_lazy("留空：退回发放商户。只能选商圈联盟或专项资金，会对外公布。"),
    )
    hold_minutes = _whole(gettext_lazy("预占最长分钟数"), 1, 7 * 24 * 60)
    grace_days = _whole(gettext_lazy("预占释放宽限天数"), 1, 90)
    confirm_from = _whole(
        gettext_lazy("需会员确认的积分"),
        1,
        10**12,
        required=False,
        help_text=gettext_lazy("单笔使用达到此数时由会员在手机上确认；留空：不需要。"),
    )
    confirm_minutes = _whole(gettext_lazy("会员确认时限（分钟）"), 1, 60)
    fallback_points = _whole(gettext_lazy("兜底发放积分"), 0, 10_000)
    fallback_per_yuan = YuanField(
        gettext_lazy("兜底每消费（元）"),
        max_fen=1_000_000,
        help_text=gettext_lazy("商户预存用完时，由商圈联盟出资发放。"),
    )
    fallback_price_fen = PointPriceField(
        gettext_lazy("兜底每积分单价（分）"), smallest=0, largest=100_000
    )
    point_value_fen = PointPriceField(
        gettext_lazy("每积分抵扣（分）"),
        smallest=1,
        largest=100_000,
        help_text=gettext_lazy("收银台使用一个积分抵扣的金额，会对外公布；1 即 100 积分抵 ¥1.00。"),
    )
    warn_days = _whole(gettext_lazy("过期提醒提前天数"), 1, 365)
    adjust_limit = _whole(gettext_lazy("单笔人工调整上限"), 1, 10**12)
    adjust_day_limit = _whole(gettext_lazy("每人每日人工调整上限"), 1, 10**12)
    receipt_ceiling_points = _ceiling(gettext_lazy("单张小票积分上限"))
    member_day_ceiling_points = _ceiling(gettext_lazy("每会员每日积分上限"))
    key_day_ceiling_points = _ceiling(gettext_lazy("每密钥每日积分上限"))
    merchant_day_ceiling_points = _ceiling(gettext_lazy("每商户每日积分上限"))
    review_by_two_from_points = _whole(gettext_lazy("须两人复核的积分"), 1, 10**12)
    start = StartField(
        help_text=gettext_lazy("现行规则到此时为止。生效后不能修改，只能再设新规则。"),
    )

    def prepare(self) -> None:
        parties = Merchant.objects.exclude(kind=Merchant.Kind.MERCHANT)
        self.field("breakage_to").queryset = parties.order_by("name_key")


class SetAlliancePolicy(OperatorAction):
    name, label, icon = "add", gettext_lazy("设置联盟规则"), "gavel"
    is_edit, suggested_fields = True, frozenset({"start"})
    success_message = gettext_lazy("联盟规则已设置。")
    form_class = AlliancePolicyForm
    permission = "loyalty.add_alliancepolicy"

    def initial(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        # New rules follow the last ones, also those that were set for a later day.
        last = AlliancePolicy.objects.order_by("-valid").first()
        held = queries.alliance_policy_at(
            max(clock.now(), last.valid.lower) if last else clock.now()
        )
        spoken = {
            name: value
            for name, value in asdict(held).items()
            if name in AlliancePolicyForm.base_fields
        }
        return spoken | {
            "fallback_per_yuan": held.fallback_per_fen,
            "fallback_price_fen": held.fallback_price_milli_fen,
            "point_value_fen": held.point_value_milli_fen,
            "start": this_minute(),
        }

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> Any:
        start, party = cleaned_data.pop("start"), cleaned_data.pop("breakage_to")
        policy = loyalty.AlliancePolicyValues(
            breakage_to=party and party.pk,
            fallback_per_fen=cleaned_data.pop("fallback_per_yuan"),
            fallback_price_milli_fen=cleaned_data.pop("fallback_price_fen"),
            point_value_milli_fen=cleaned_data.pop("point_value_fen"),
            **cleaned_data,
        )
        return loyalty.set_alliance_policy(policy=policy, start=start, by=viewer(request).user)


@admin.register(AlliancePolicy)
class AlliancePolicyAdmin(ReadOnlyAdmin):
    menu = Menu(POINTS, "gavel", 65)
    operator_permissions = ("view", "add")
    empty_hint = gettext_lazy("还没有设置联盟规则，现按默认规则执行。")
    since = Moment(gettext_lazy("生效"), "valid__lower")
    until = Moment(gettext_lazy("截止"), "valid__upper", empty=gettext_lazy("至今"))
    breakage = Column(
        gettext_lazy("过期积分归属"), "breakage_to", empty=gettext_lazy("退回发放商户")
    )
    fallback = Column(
        gettext_lazy("兜底"),
        lambda row: (
            _("每 %(yuan)s 得 %(points)s 积分")
            % {
                "yuan": format_yuan(row.fallback_per_fen),
                "points": row.fallback_points,
            }
        ),
    )
    fallback_price = Column(
        gettext_lazy("兜底每积分单价（分）"), lambda row: price_text(row.fallback_price_milli_fen)
    )
    list_display = ["since", "until", "breakage", "confirm_from", "fallback", "warn_days"]
    list_select_related = ["breakage_to"]
    ordering = ["-valid"]
    sortable_by = ()
    fields = [
        "since",
        "until",
        "breakage",
        "hold_minutes",
        "grace_days",
        "confirm_from",
        "confirm_minutes",
        "fallback",
        "fallback_price",
        "point_value",
        "warn_days",
        "adjust_limit",
        "adjust_day_limit",
        "receipt_ceiling_points",
        "member_day_ceiling_points",
        "key_day_ceiling_points",
        "merchant_day_ceiling_points",
        "review_by_two_from_points",
    ]
    add_action = SetAlliancePolicy()

    def name_of(self, row: AlliancePolicy) -> str:
        return _("%(since)s 起的规则") % {"since": format_instant(row.valid.lower)}

    @admin.display(description=gettext_lazy("积分抵扣"))
    def point_value(self, policy: AlliancePolicy) -> str:
        in_force = loyalty.AlliancePolicyValues(point_value_milli_fen=policy.point_value_milli_fen)
        return queries.point_value_text(in_force)
