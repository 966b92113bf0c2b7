"""What a merchant is asked to bear: its owner agrees, declines or revokes; operators see who is missing."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from coupons import services as coupons
from coupons.admin.approval_view import examples_in_rows, limits_of, payers_of, state_in_words
from coupons.admin.card_panels import CardViewPanel
from coupons.admin.common import COUPONS
from coupons.card_view import card_view_of
from coupons.models import ShareConsent
from district.kernel.backoffice import Action, ActionForm, Menu
from district.kernel.backoffice.columns import Column
from district.merchants import permissions
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter, viewer

State = ShareConsent.State


class AgreeForm(ActionForm):
    covers_later_coupons = forms.BooleanField(
        label=gettext_lazy("以后不超过此比例的平台券一律同意"),
        required=False,
        help_text=gettext_lazy("不勾选时，只对本券及其以后不超过此比例的版本有效。均可撤回。"),
    )


class _ConsentAction(Action):
    """Of the owner of the merchant that is asked; nobody agrees in its place."""

    row_argument = "consent"

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        post = viewer(request).post
        own = row is None or (post is not None and post.merchant_id == row.merchant_id)
        return own and permissions.can(post, "edit_merchant")

    def aside(self, request: HttpRequest, row: ShareConsent) -> list[Any]:
        version = row.version
        return [CardViewPanel(card_view_of(version)), limits_of(version), examples_in_rows(version)]


class AgreeToShare(_ConsentAction):
    name, label, icon = "agree", gettext_lazy("同意承担"), "check_circle"
    explanation = gettext_lazy("同意后，这张券发布并使用时，按此比例由本商户承担成本，计入结算。")
    success_message = gettext_lazy("已同意。")
    form_class = AgreeForm
    states = {State.ASKED, State.DECLINED}
    verb = staticmethod(coupons.agree_to_share)


class DeclineShare(_ConsentAction):
    name, label, icon, is_dangerous = "decline", gettext_lazy("不同意"), "cancel", True
    explanation = gettext_lazy("不同意时，这张券不能按现在的分担发布。")
    success_message = gettext_lazy("已答复不同意。")
    states, verb = {State.ASKED}, staticmethod(coupons.decline_share)


class RevokeConsent(_ConsentAction):
    name, label, icon, is_dangerous = "revoke", gettext_lazy("撤回同意"), "undo", True
    explanation = gettext_lazy("以后的版本须重新征求同意；已发布的券不受影响。")
    success_message = gettext_lazy("已撤回。")
    verb = staticmethod(coupons.revoke_consent)

    def is_applicable(self, row: ShareConsent) -> bool:
        return row.state == State.AGREED and row.revoked_at is None


@admin.register(ShareConsent)
class ShareConsentAdmin(MerchantScopedAdmin):
    menu = Menu(COUPONS, "handshake", 15)
    required_permission = "run_campaigns"
    empty_hint = gettext_lazy("平台或其他商户的券写明由您承担一部分时，会在这里征求同意。")
    coupon = Column(gettext_lazy("券"), "version")
    giver = Column(
        gettext_lazy("发券方"), "version__template__merchant", empty=gettext_lazy("商圈平台")
    )
    share = Column(gettext_lazy("承担比例"), lambda row: f"{row.bp / 100:g}%")
    all_payers = Column(gettext_lazy("各方分担"), lambda row: payers_of(row.version))
    state_label = Column(
        gettext_lazy("状态"),
        state_in_words,
        tones={
            "待答复": "warning",
            "已同意": "success",
            "沿用以前的同意": "success",
            "不同意": "danger",
            "已撤回": "",
        },
    )
    list_display = ["coupon", "giver", "merchant", "share", "state_label", "asked_at"]
    list_filter = ["state", ("merchant", ScopedFilter)]
    list_select_related = ["version__template__merchant", "merchant"]
    operator_only = frozenset({"merchant"})
    ordering = ["-pk"]
    sortable_by = ()
    fields = [
        *(
            "coupon",
            "giver",
            "merchant",
            "share",
            "all_payers",
            "state_label",
            "covers_later_coupons",
        ),
        *("asked_at", "decided_by", "decided_at", "revoked_by", "revoked_at"),
    ]
    row_actions = (AgreeToShare(), DeclineShare(), RevokeConsent())

    def name_of(self, row: ShareConsent) -> str:
        return self.coupon(row)

    def sections(self, request: HttpRequest, row: ShareConsent) -> list[Any]:
        version = row.version
        return [CardViewPanel(card_view_of(version)), limits_of(version), examples_in_rows(version)]
