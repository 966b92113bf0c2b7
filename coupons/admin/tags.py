"""Marks of members: the operator's any, a merchant's those that a campaign asks it for."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons import services as coupons
from coupons.admin.common import COUPONS
from coupons.models import MemberTag
from coupons.queries.member_facts import grantable
from district.kernel import clock
from district.kernel.backoffice import ActionForm, Menu
from district.kernel.backoffice.columns import Column
from district.kernel.backoffice.search import ExactSearch
from district.kernel.idempotency import Key
from district.members.models import Member
from district.members.queries import member_by_public_id
from district.merchants.scope import MerchantScopedAdmin, RoleAction, ScopedFilter, viewer

WORD = r"^[a-z][a-z0-9_]{0,29}\Z"


class TagForm(ActionForm):
    """A member by number, and the mark: typed by the operator, chosen by a merchant."""

    member = forms.CharField(label=gettext_lazy("会员编号"), max_length=40)
    tag = forms.RegexField(
        WORD,
        label=gettext_lazy("标签"),
        help_text=gettext_lazy("小写字母、数字与下划线，如 clean_plate。"),
    )

    def prepare(self) -> None:
        if (post := viewer(self.request).post) is not None:
            words = grantable(post.merchant, clock.now())
            self.fields["tag"] = forms.ChoiceField(
                label=_("标签"),
                choices=[(word, word) for word in words],
                help_text="" if words else _("现在没有活动需要本商户授予标签。"),
            )

    def clean_member(self) -> Member:
        member = member_by_public_id(self.cleaned_data["member"])
        if member is None:
            raise forms.ValidationError(_("没有这位会员，或已注销。"))
        return member


class TagMember(RoleAction):
    name, label, icon = "add", gettext_lazy("授予标签"), "new_label"
    explanation = gettext_lazy("会员随即符合要求此标签的活动；同一商户重复授予只算一次。")
    success_message = gettext_lazy("已授予。")
    form_class = TagForm
    required_permission = "work_the_till"

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> MemberTag:
        who = viewer(request)
        return coupons.tag_member(
            merchant=who.post.merchant if who.post else None,
            actor=f"user:{who.user.pk}",
            key=key,
            **cleaned_data,
        )


class UntagMember(RoleAction):
    name, label, icon, is_dangerous = "untag", gettext_lazy("收回标签"), "label_off", True
    explanation = gettext_lazy("会员不再符合要求此标签的活动；已领的券不变。")
    success_message = gettext_lazy("已收回。")
    required_permission = "run_campaigns"
    verb, row_argument = staticmethod(coupons.untag_member), "mark"


@admin.register(MemberTag)
class MemberTagAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(COUPONS, "label", 60)
    required_permission = "work_the_till"
    operator_permissions = ("view", "add")
    empty_hint = gettext_lazy("授予会员的标签（如餐厅授予的光盘）会出现在这里。")
    member_no = Column(gettext_lazy("会员编号"), "member__public_id")
    list_display = ["tag", "member_no", "merchant", "at"]
    list_filter = [("merchant", ScopedFilter)]
    operator_only = frozenset({"merchant"})
    list_select_related = ["member", "merchant"]
    exact_fields = ("member__public_id", "tag")
    search_help_text = gettext_lazy("完整的会员编号或标签")
    ordering = ["-pk"]
    sortable_by = ()
    fields = ["tag", "member_no", "merchant", "actor", "at"]
    add_action = TagMember()
    row_actions = (UntagMember(),)
