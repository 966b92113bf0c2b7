"""Members' accounts: balances and statements over all merchants, for operators only."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from district.kernel.backoffice import Menu, ReadOnlyAdmin, Section
from district.kernel.backoffice.columns import Column
from district.kernel.backoffice.search import ExactSearch
from loyalty.admin import explorer
from loyalty.admin.account_actions import FreezeAccount, FreezeMember, MergeMembers, UnfreezeAccount
from loyalty.admin.common import POINTS
from loyalty.models import PointsAccount


@admin.register(PointsAccount)
class PointsAccountAdmin(ExactSearch, ReadOnlyAdmin):
    """A member's balance and statement over all merchants: for operators only."""

    menu = Menu(POINTS, "account_balance_wallet", 50)
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("会员第一次赚取积分后，会有积分账户。")
    member_no = Column(gettext_lazy("会员编号"), "member__public_id")
    merged_into_no = Column(gettext_lazy("并入账户"), "merged_into__member__public_id")
    list_display = ["member_no", "available", "held", "pending", "debt", "state", "seq"]
    list_select_related = ["member"]
    exact_fields = ("member__public_id",)
    search_help_text = gettext_lazy("完整的会员编号")
    ordering = ["-pk"]
    sortable_by = ["available"]
    fields = [
        "member_no",
        "state",
        "available",
        "held",
        "pending",
        "debt",
        "seq",
        "next_due",
        "frozen_at",
        "frozen_reason",
        "merged_into_no",
    ]
    row_actions = [FreezeAccount(), UnfreezeAccount()]
    list_actions = [FreezeMember(), MergeMembers()]

    def name_of(self, row: PointsAccount) -> str:
        return row.member.public_id

    @display(
        description=gettext_lazy("状态"), label={"正常": "success", "冻结": "danger", "已并入": ""}
    )
    def state(self, account: PointsAccount) -> str:
        if account.merged_into_id:
            return _("已并入")
        return _("冻结") if account.frozen_at else _("正常")

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        return explorer.account_sections(request, row)
