"""What the screens of parking share."""

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import ActionForm, MenuGroup, name_verbs
from district.merchants.models import Merchant
from district.merchants.scope import OperatorAction, RoleAction, viewer

PARKING = MenuGroup(gettext_lazy("停车"), order=36)

name_verbs(
    register_car_park=gettext_lazy("登记停车场"),
    edit_car_park=gettext_lazy("修改停车场资料"),
    close_car_park=gettext_lazy("停用停车场"),
    set_pool=gettext_lazy("设置车位数"),
    set_car_park_hours=gettext_lazy("设置停车场开放时间"),
    set_layout=gettext_lazy("设置楼层与出入口"),
    import_car_parks=gettext_lazy("导入停车场"),
    register_feed=gettext_lazy("登记余位数据源"),
    assign_feed=gettext_lazy("指定余位数据源"),
    set_arrears_policy=gettext_lazy("设置离场后追缴"),
    propose_write_off=gettext_lazy("申请核销欠费"),
    approve_write_off=gettext_lazy("通过欠费核销"),
    reject_write_off=gettext_lazy("拒绝欠费核销"),
    assign_tariff=gettext_lazy("指定收费标准"),
    issue_feed_key=gettext_lazy("签发数据源密钥"),
    revoke_feed_key=gettext_lazy("吊销数据源密钥"),
    set_reservation_policy=gettext_lazy("设置预约规则"),
    add_bays=gettext_lazy("登记编号车位"),
    relocate_reservation=gettext_lazy("改派预约"),
    decide_no_show_contest=gettext_lazy("处理未到场申诉"),
    decide_plate_dispute=gettext_lazy("处理车牌争议"),
)


class ManagedAction(RoleAction):
    """Done to what is the merchant's own, by operators and by those whose role allows it."""

    required_permission = "manage_parking"


class RegisterAction(OperatorAction):
    """Done by operators who keep the register."""

    permission = "parking.add_carpark"


class OperatorOfForm(ActionForm):
    """Whose it is to be."""

    merchant = forms.ModelChoiceField(Merchant.objects.none(), label=gettext_lazy("商户"))

    def prepare(self) -> None:
        self.field("merchant").queryset = merchants_with_car_parks(self.request)


def merchants_with_car_parks(request: HttpRequest) -> QuerySet[Merchant]:
    """The merchants that may run car parks, as far as the person acts for them."""
    rows = Merchant.objects.filter(kind=Merchant.Kind.MERCHANT).order_by("name_key", "pk")
    who = viewer(request)
    if who.operator:
        return rows
    return rows.filter(pk=who.post.merchant_id) if who.post else rows.none()
