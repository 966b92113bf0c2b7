"""The screen of umbrellas."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import Menu, MenuGroup, name_events, name_verbs
from district.kernel.backoffice.search import ExactSearch
from district.merchants.scope import MerchantScopedAdmin, RoleAction
from umbrellas import services
from umbrellas.models import Loan

name_events(UmbrellaLent=gettext_lazy("借出雨伞"))
name_verbs(return_umbrella=gettext_lazy("归还雨伞"), thank_borrower=gettext_lazy("感谢借伞会员"))


class ReturnUmbrella(RoleAction):
    name, label, icon = "return", gettext_lazy("归还"), "umbrella"
    explanation = gettext_lazy("雨伞已放回门店时使用。")
    required_permission = "lend_umbrellas"
    verb, row_argument = staticmethod(services.return_umbrella), "loan"

    def is_applicable(self, row: Loan) -> bool:
        return row.returned_at is None


@admin.register(Loan)
class LoanAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(MenuGroup(gettext_lazy("雨伞"), 900), "umbrella")
    merchant_paths, store_path = ("store__merchant",), "store"
    required_permission = "lend_umbrellas"
    empty_hint = gettext_lazy("门店借出的雨伞会列在这里。")
    list_display = ["public_id", "store", "umbrella_no", "kind", "lent_at", "returned_at"]
    list_filter = ["kind"]
    list_select_related = ["store"]
    exact_fields = ("public_id", "umbrella_no")
    search_help_text = gettext_lazy("完整的借伞编号或伞号")
    ordering = ["-pk"]
    sortable_by = ()
    fields = ["public_id", "store", "umbrella_no", "kind", "lent_at", "returned_at"]
    row_actions = (ReturnUmbrella(),)
