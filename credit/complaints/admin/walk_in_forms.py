"""What an officer does for a person who is no member: enters the complaint, and writes to the merchant."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.complaints import services as complaints
from credit.complaints.machine.details import LONGEST_NOTE
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseFile, WalkIn
from credit.complaints.queries.messages import takes_messages
from credit.complaints.texts import CASE_WISHES, FILING_CATEGORIES, STATED_BY_TEXTS
from district.kernel.backoffice import ActionForm
from district.kernel.backoffice.typed_fields import YuanField
from district.kernel.idempotency import Key
from district.members.errors import PhoneNotSupported
from district.merchants.models import Store
from district.merchants.scope import OperatorAction, viewer


class EntryForm(ActionForm):
    """Who it is, what happened, and whether a purchase is proven."""

    kind = forms.ChoiceField(label=gettext_lazy("联系方式"), choices=WalkIn.Kind.choices)
    contact = forms.CharField(
        label=gettext_lazy("号码或地址"),
        max_length=100,
        help_text=gettext_lazy("加密保存，商户看不到；最后一件案件办结 180 天后删除。"),
    )
    name = forms.CharField(
        label=gettext_lazy("姓名或称呼"),
        max_length=50,
        required=False,
        help_text=gettext_lazy("可以不留。选择实名时商户会看到。"),
    )
    stated_by = forms.ChoiceField(
        label=gettext_lazy("告知方式"), choices=list(STATED_BY_TEXTS.items())
    )
    store = forms.ModelChoiceField(Store.objects.none(), label=gettext_lazy("门店"))
    category = forms.ChoiceField(label=gettext_lazy("类别"), choices=list(FILING_CATEGORIES))
    wish = forms.ChoiceField(label=gettext_lazy("诉求"), choices=list(CASE_WISHES))
    amount_fen = YuanField(gettext_lazy("涉及金额（元）"), min_fen=0, required=False)
    anonymity = forms.TypedChoiceField(
        label=gettext_lazy("匿名级别"), choices=CaseFile.Anonymity.choices, coerce=int
    )
    receipt_no = forms.CharField(label=gettext_lazy("小票号"), max_length=64, required=False)
    paper_paid_fen = YuanField(
        gettext_lazy("纸质小票上的实付金额（元）"),
        required=False,
        help_text=gettext_lazy("当面看到纸质小票时填写，消费即视为已核实；没有看到请留空。"),
    )
    description = forms.CharField(
        label=gettext_lazy("经过"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("照消费者所说的填写；请勿写电话号码。"),
    )

    def prepare(self) -> None:
        self.field("store").queryset = Store.objects.order_by("name", "pk")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("paper_paid_fen") is not None and not cleaned.get("receipt_no"):
            self.add_error("receipt_no", _("请填写小票号。"))
        if cleaned.get("contact"):
            person = _person(cleaned)
            try:
                person.normalised()
            except PhoneNotSupported as error:
                self.add_error("contact", str(error.detail))
        return cleaned


class EnterWalkIn(OperatorAction):
    name, label, icon = "enter", gettext_lazy("代录非会员投诉"), "person_add"
    permission, form_class = "complaints.add_complaint", EntryForm
    explanation = gettext_lazy(
        "会员请在小程序提交。非会员的通知改由工作人员电话告知，见“待电话告知”。"
    )
    success_message = gettext_lazy("已录入。")

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> CaseFile:
        asked = cleaned_data
        return complaints.file_walk_in_case(
            person=_person(asked),
            filing=complaints.Filing(
                store=asked["store"],
                category=asked["category"],
                description=asked["description"],
                wish=asked["wish"],
                amount_fen=asked["amount_fen"] or 0,
                receipt_no=asked["receipt_no"].strip(),
                anonymity=asked["anonymity"],
            ),
            stated_by=asked["stated_by"],
            paper_paid_fen=asked["paper_paid_fen"],
            by=viewer(request).user,
            key=key,
        )


class MessageForm(ActionForm):
    text = forms.CharField(
        label=gettext_lazy("留言"),
        max_length=500,
        help_text=gettext_lazy("照消费者所说的填写；联系方式会被隐去。"),
    )


class WriteForWalkIn(OperatorAction):
    name, label, icon = "shopper-message", gettext_lazy("代消费者留言"), "chat"
    permission, form_class = "complaints.change_complaint", MessageForm
    success_message = gettext_lazy("已留言。")

    def is_applicable(self, row: CaseFile) -> bool:
        return row.walk_in_id is not None and takes_messages(row)

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> None:
        complaints.send_message(
            case=row,
            actor=CaseActor.SHOPPER,
            by=viewer(request).user,
            text=cleaned_data["text"],
            key=key,
        )


def _person(asked: dict[str, Any]) -> complaints.WalkInPerson:
    return complaints.WalkInPerson(
        contact=asked["contact"], name=asked.get("name", ""), kind=asked["kind"]
    )
