"""On what terms a car park is reserved, and which of its bays by their number."""

import re
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import ActionForm
from district.kernel.backoffice.typed_fields import YuanField
from district.kernel.idempotency import Key
from district.merchants.scope import viewer
from parking import services as parking
from parking.admin.common import ManagedAction
from parking.models import CarPark, Pool, ReservationPolicy
from parking.models.reservations import MOST_DEPOSIT_FEN
from parking.services.slots import POLICY_BOUNDS

_LONGEST_NUMBER = 20


def _minutes(name: str, label: Any, **options: Any) -> forms.IntegerField:
    low, high = POLICY_BOUNDS[name]
    first = getattr(ReservationPolicy(), name)
    return forms.IntegerField(label=label, min_value=low, max_value=high, initial=first, **options)


class PolicyForm(ActionForm):
    deposit_fen = YuanField(
        gettext_lazy("预约定金（元）"),
        min_fen=0,
        max_fen=MOST_DEPOSIT_FEN,
        initial=0,
        help_text=gettext_lazy("信用良好的会员免定金。"),
    )
    hold_minutes = _minutes("hold_minutes", gettext_lazy("占位时长（分钟）"))
    early_minutes = _minutes("early_minutes", gettext_lazy("可提前入场（分钟）"))
    late_minutes = _minutes(
        "late_minutes",
        gettext_lazy("迟到保留（分钟）"),
        help_text=gettext_lazy("过后记为未到场，车位释放。"),
    )
    free_cancel_minutes = _minutes("free_cancel_minutes", gettext_lazy("免费取消提前（分钟）"))
    longest_minutes = _minutes("longest_minutes", gettext_lazy("最长预约（分钟）"))
    days_ahead = _minutes("days_ahead", gettext_lazy("可提前预约（天）"))


class SetReservationPolicy(ManagedAction):
    name, label, icon, is_edit = "policy", gettext_lazy("设置预约规则"), "event_note", True
    explanation = gettext_lazy(
        "保存后停车场接受预约（须已设置可预约车位数）；已有的预约仍按预约时的规则。"
    )
    success_message = gettext_lazy("预约规则已保存。")
    states, form_class = {CarPark.State.OPEN}, PolicyForm

    def initial(self, request: HttpRequest, row: CarPark) -> dict[str, Any]:
        policy = ReservationPolicy.objects.filter(car_park=row).first()
        return {name: getattr(policy, name) for name in POLICY_BOUNDS} if policy else {}

    def run(
        self, request: HttpRequest, row: CarPark, cleaned_data: dict[str, Any], key: Key
    ) -> None:
        parking.set_reservation_policy(car_park=row, by=viewer(request).user, **cleaned_data)


class BaysForm(ActionForm):
    pool = forms.ModelChoiceField(Pool.objects.none(), label=gettext_lazy("车位类型"))
    numbers = forms.CharField(
        label=gettext_lazy("车位号"),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("以空格、逗号或换行分隔，例如：E01 E02 E03。已登记的不会重复。"),
    )

    def prepare(self) -> None:
        pools = Pool.objects.filter(car_park=self.row, reservable_capacity__gt=0).order_by("pk")
        self.field("pool").queryset = pools
        self.field("pool").label_from_instance = lambda pool: pool.get_bay_class_display()

    def clean_numbers(self) -> list[str]:
        numbers = [text for text in re.split(r"[\s,，、]+", self.cleaned_data["numbers"]) if text]
        if too_long := [text for text in numbers if len(text) > _LONGEST_NUMBER]:
            raise forms.ValidationError(
                _("车位号至多 20 字：%(text)s"), params={"text": too_long[0][:40]}
            )
        return numbers


class AddBays(ManagedAction):
    name, label, icon = "bays", gettext_lazy("登记编号车位"), "pin"
    explanation = gettext_lazy("只登记须按车位号预约的车位，例如充电车位；其余由车位类型计数。")
    success_message = gettext_lazy("编号车位已登记。")
    states, form_class = {CarPark.State.OPEN}, BaysForm

    def run(
        self, request: HttpRequest, row: CarPark, cleaned_data: dict[str, Any], key: Key
    ) -> None:
        parking.add_bays(**cleaned_data, by=viewer(request).user)
