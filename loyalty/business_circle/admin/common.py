"""What the screens of the business circle share: texts, tones, and the choice of a store."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import ActionForm, MenuGroup, name_actors, name_verbs
from district.merchants.models import Store

CIRCLE = MenuGroup(gettext_lazy("智慧商圈"), order=32)
PAYMENT_TONES = {"待对应门店": "danger", "待入会": "info", "已积分": "success", "不积分": ""}
REFUND_TONES = {
    "待支付处理": "info",
    "已收回": "success",
    "无须收回": "",
    "待人工核对": "danger",
}

name_verbs(
    assign_shop_number=gettext_lazy("对应门店编号"),
    assign_payment_store=gettext_lazy("指定支付门店"),
)


def _reporting_stores(pks: set[int]) -> Mapping[int, str]:
    stores = Store.objects.filter(pk__in=pks)
    return {store.pk: _("微信商圈 %(store)s") % {"store": store.name} for store in stores}


name_actors("wechat", _reporting_stores)


class StoreForm(ActionForm):
    """Which store it is."""

    store = forms.ModelChoiceField(Store.objects.none(), label=gettext_lazy("门店"))

    def prepare(self) -> None:
        self.field("store").queryset = Store.objects.order_by("name_key", "pk")


class ShopNumberForm(StoreForm):
    """The number as it was typed at WeChat, and the store that is meant."""

    shop_number = forms.CharField(
        label=gettext_lazy("门店编号"),
        max_length=64,
        help_text=gettext_lazy("与微信支付通知里的编号完全一致。"),
    )
    field_order = ["shop_number", "store", "once"]
