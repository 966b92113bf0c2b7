"""What is done to a merchant: registered, described, let into the alliance, suspended."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import Action, ActionForm
from district.kernel.backoffice.widgets import InstantInput
from district.kernel.idempotency import Key
from district.merchants import services as merchants
from district.merchants.models import Merchant
from district.merchants.scope import OperatorAction, viewer


class ContactForm(ActionForm):
    contact_name = forms.CharField(label=gettext_lazy("联系人"), max_length=40, required=False)
    contact_phone = forms.CharField(label=gettext_lazy("联系电话"), max_length=30, required=False)


class MerchantForm(ContactForm):
    name = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=80,
        help_text=gettext_lazy("顾客看到的名字，如品牌名。"),
    )
    legal_name = forms.CharField(label=gettext_lazy("登记名称"), max_length=120)
    uscc = forms.CharField(
        label=gettext_lazy("统一社会信用代码"),
        max_length=18,
        required=False,
        validators=[
            RegexValidator(
                r"^[0-9A-HJ-NP-RTUW-Y]{18}\Z",
                gettext_lazy("应为 18 位数字或大写字母（不含 I、O、S、V、Z）。"),
            )
        ],
    )
    field_order = ["once", "name", "legal_name", "uscc", "contact_name", "contact_phone"]

    def clean_uscc(self) -> str | None:
        return self.cleaned_data["uscc"] or None


class SinceForm(ActionForm):
    since = forms.DateTimeField(
        label=gettext_lazy("入盟时间"),
        required=False,
        widget=InstantInput,
        help_text=gettext_lazy("留空表示立即。"),
    )


class AtForm(ActionForm):
    at = forms.DateTimeField(
        label=gettext_lazy("退盟时间"),
        required=False,
        widget=InstantInput,
        help_text=gettext_lazy("留空表示立即。"),
    )


class SuspensionForm(ActionForm):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class MerchantAction(OperatorAction):
    """What only operators do to a merchant."""

    permission = "merchants.change_merchant"
    row_argument = "merchant"


class RegisterMerchant(MerchantAction):
    name, label, icon = "add", gettext_lazy("登记商户"), "add"
    success_message = gettext_lazy("商户已登记。接着可以让它入盟、开店、任命负责人。")
    form_class = MerchantForm
    verb = staticmethod(merchants.register_merchant)


class EditMerchant(MerchantAction):
    name, label, icon = "edit", gettext_lazy("修改资料"), "edit"
    is_edit = True
    success_message = gettext_lazy("已更新。")
    form_class = MerchantForm

    def initial(self, request: HttpRequest, row: Merchant) -> dict[str, Any]:
        return {name: getattr(row, name) for name in merchants.MerchantDetails.__dataclass_fields__}

    def run(
        self, request: HttpRequest, row: Merchant, cleaned_data: dict[str, Any], key: Key
    ) -> None:
        merchants.edit_merchant(
            merchant=row, details=merchants.MerchantDetails(**cleaned_data), by=viewer(request).user
        )


class SetContact(Action):
    """What a merchant's owner keeps; operators have the whole form."""

    name, label, icon = "contact", gettext_lazy("修改联系人"), "contact_phone"
    is_edit = True
    success_message = gettext_lazy("已更新。")
    form_class = ContactForm
    verb, row_argument = staticmethod(merchants.set_contact), "merchant"

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        who = viewer(request)
        return who.can("edit_merchant") and not who.operator

    def initial(self, request: HttpRequest, row: Merchant) -> dict[str, Any]:
        return {"contact_name": row.contact_name, "contact_phone": row.contact_phone}


class EnrolMerchant(MerchantAction):
    name, label, icon = "enrol", gettext_lazy("入盟"), "handshake"
    explanation = gettext_lazy("入盟后，该商户的门店可以发放与收取联盟积分（还需设置积分条款）。")
    success_message = gettext_lazy("已入盟。")
    form_class = SinceForm
    verb = staticmethod(merchants.enrol_merchant)

    def is_applicable(self, row: Merchant) -> bool:
        return not _in_alliance(row)


class WithdrawMerchant(MerchantAction):
    name, label, icon = "withdraw", gettext_lazy("退盟"), "waving_hand"
    explanation = gettext_lazy(
        "退盟后，该商户不再发放与收取积分；会员已得的积分不受影响，清分照旧。"
    )
    is_dangerous = True
    success_message = gettext_lazy("已退盟。")
    form_class = AtForm
    verb = staticmethod(merchants.withdraw_merchant)

    def is_applicable(self, row: Merchant) -> bool:
        return _in_alliance(row)


class SuspendMerchant(MerchantAction):
    name, label, icon = "suspend", gettext_lazy("暂停商户"), "pause_circle"
    explanation = gettext_lazy("该商户的收银台立即不能使用，门店从目录中消失，直到恢复。")
    is_dangerous = True
    success_message = gettext_lazy("商户已暂停。")
    form_class = SuspensionForm
    states, verb = {Merchant.State.ACTIVE}, staticmethod(merchants.suspend_merchant)


class ResumeMerchant(MerchantAction):
    name, label, icon = "resume", gettext_lazy("恢复商户"), "play_circle"
    explanation = gettext_lazy("收银台与目录恢复到暂停之前的样子。")
    success_message = gettext_lazy("商户已恢复。")
    states, verb = {Merchant.State.SUSPENDED}, staticmethod(merchants.resume_merchant)


class FundForm(ActionForm):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)


class FoundFund(MerchantAction):
    name, label, icon = "found-fund", gettext_lazy("设立专项资金"), "volunteer_activism"
    explanation = gettext_lazy("公益等专项资金，可作为过期积分的归属；没有门店，也不发放积分。")
    success_message = gettext_lazy("专项资金已设立。")
    form_class = FundForm
    verb = staticmethod(merchants.create_fund)


def _in_alliance(merchant: Merchant) -> bool:
    return merchant.memberships.filter(period__contains=clock.now()).exists()
