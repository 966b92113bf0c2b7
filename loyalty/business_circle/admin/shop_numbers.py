"""门店编号: which store is meant by what was typed at WeChat."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import Menu, ReadOnlyAdmin
from district.kernel.backoffice.search import ExactSearch
from loyalty.business_circle.admin.common import CIRCLE
from loyalty.business_circle.admin.payments import AssignShopNumber
from loyalty.business_circle.models import ShopNumber


class AddShopNumber(AssignShopNumber):
    """Before any payment came."""

    name, icon = "add", "add"
    permission = "business_circle.add_shopnumber"


@admin.register(ShopNumber)
class ShopNumberAdmin(ExactSearch, ReadOnlyAdmin):
    menu = Menu(CIRCLE, "storefront", 50)
    operator_permissions = ("view", "add")
    empty_hint = gettext_lazy(
        "在微信登记门店时若填门店自己的编号（str_ 开头），无须对应；其他编号在这里指明门店。"
    )
    ordering = ["shop_number"]
    sortable_by = ()
    list_display = ["shop_number", "store", "assigned_by", "assigned_at"]
    list_select_related = ["store", "assigned_by"]
    exact_fields = ("shop_number", "store__public_id")
    search_help_text = gettext_lazy("完整的门店编号")
    fields = ["shop_number", "store", "assigned_by", "assigned_at"]
    add_action = AddShopNumber()
