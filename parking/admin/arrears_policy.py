"""Whether a car park asks for what was left unpaid."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import ActionForm
from parking import services as parking
from parking.admin.common import ManagedAction
from parking.models import CarPark


class ArrearsPolicyForm(ActionForm):
    collects_arrears = forms.BooleanField(
        label=gettext_lazy("追缴未付离场的停车费"), required=False
    )


class SetArrearsPolicy(ManagedAction):
    name, label, icon, is_edit = "arrears", gettext_lazy("设置离场后追缴"), "credit_score", True
    explanation = gettext_lazy(
        "未付离场的停车费将记为欠费。只有收款都上报本系统的停车场才可启用，否则会向已付款的车主重复追缴。"
    )
    success_message = gettext_lazy("已更新。")
    states, row_argument = {CarPark.State.OPEN}, "car_park"
    form_class = ArrearsPolicyForm
    verb = staticmethod(parking.set_arrears_policy)

    def initial(self, request: HttpRequest, row: CarPark) -> dict[str, Any]:
        return {"collects_arrears": row.collects_arrears}
