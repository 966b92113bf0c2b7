"""What a clerk fills in at the counter: the bill as it is to be paid, and the codes that are shown."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons.codes import paper_parts
from coupons.engine.bill import Bill, BillLine
from coupons.input_limits import CODE, MOST_CODES, MOST_LINES
from district.kernel.backoffice.typed_fields import NumberInput, YuanField
from district.kernel.backoffice.widgets import style
from district.kernel.http.fields import NUMBER
from district.kernel.text import spelling
from district.kernel.text.money import MAX_FEN
from district.merchants.models import Store

STALE = gettext_lazy("页面已过期，请重新验券。")
_QUIET = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


class LinesField(forms.CharField):
    """The positions of a bill, one a line: product code and yuan; what comes out are `BillLine`s."""

    def clean(self, value: Any) -> Any:
        written = super().clean(value).splitlines()
        lines = [line for line in map(spelling.number_of, written) if line]
        if len(lines) > MOST_LINES:
            raise ValidationError(_("明细最多 %(most)s 行。") % {"most": MOST_LINES})
        return tuple(self._line(number, line) for number, line in enumerate(lines, 1))

    @staticmethod
    def _line(number: int, line: str) -> BillLine:
        product, comma, amount = (part.strip() for part in line.rpartition(","))
        try:
            fen = Decimal(spelling.amount_of(amount)) * 100
        except InvalidOperation:
            fen = Decimal("NaN")
        known = comma and re.match(NUMBER, product)
        if not known or not fen.is_finite() or abs(fen) > MAX_FEN or fen % 1:
            text = _("第 %(number)s 行应写作“商品编码,金额”，例如 4711,12.50。")
            raise ValidationError(text % {"number": number})
        return BillLine(int(fen), product)


class CodeListField(forms.CharField):
    """Codes as scanned or typed, one a line; printed numbers also without their hyphen."""

    def clean(self, value: Any) -> Any:
        written = re.split(r"[\n,，、;；]", super().clean(value))
        found = dict.fromkeys(code for code in map(spelling.code_of, written) if code)
        for number, code in enumerate(found, 1):
            if not re.match(CODE, code):
                raise ValidationError(_("第 %(number)s 个券码无法识别。") % {"number": number})
        return list(found)


class TicketsField(forms.Field):
    """Tickets of coupons that were checked, carried by the page."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> Any:
        kept = list(dict.fromkeys(value or ()))
        if self.required and not kept:
            raise ValidationError(STALE)
        if len(kept) > MOST_CODES or not all(re.match(CODE, ticket) for ticket in kept):
            raise ValidationError(STALE)
        return kept


class CounterForm(forms.Form):
    """A bill at a store of the clerk's, the coupons checked so far and codes to check."""

    store = forms.ModelChoiceField(
        Store.objects.none(), label=gettext_lazy("门店"), empty_label=None
    )
    bill_no = NumberInput(
        NUMBER,
        label=gettext_lazy("账单号"),
        max_length=64,
        widget=forms.TextInput(attrs=_QUIET),
        error_messages={"invalid": gettext_lazy("账单号只能用字母、数字和 . _ : / # -。")},
    )
    amount = YuanField(gettext_lazy("账单金额（元）"), min_fen=0)
    codes = CodeListField(
        label=gettext_lazy("券码"),
        max_length=(200 + 2) * MOST_CODES,
        required=False,
        widget=forms.Textarea(attrs=_QUIET | {"rows": 2}),
        help_text=gettext_lazy("扫会员手机上的动态码，或输入纸质券的 16 位数字；多张券每行一个。"),
    )
    lines = LinesField(
        label=gettext_lazy("商品明细（选填）"),
        max_length=80 * MOST_LINES,
        required=False,
        widget=forms.Textarea(attrs=_QUIET | {"rows": 2, "placeholder": "4711,12.50"}),
        help_text=gettext_lazy("只有限定商品的券需要：每行一个“商品编码,金额（元）”。"),
    )
    kept = TicketsField(required=False)

    def __init__(self, *args: Any, stores: QuerySet[Store], **options: Any) -> None:
        super().__init__(*args, **options)
        chosen: Any = self.fields["store"]
        chosen.queryset = stores
        for field in self.fields.values():
            style(field)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors and "drop" not in self.data:
            code_count = len(values["codes"]) + len(values["kept"])
            if not code_count:
                self.add_error("codes", _("请扫描或输入券码。"))
            elif code_count > MOST_CODES:
                self.add_error("codes", _("一次最多 %(most)s 张券。") % {"most": MOST_CODES})
        return values

    @property
    def reported_bill(self) -> Bill:
        values = self.cleaned_data
        return Bill(values["amount"], values["lines"], values["bill_no"])


class RedeemForm(CounterForm):
    """What was checked and is now confirmed; `once` makes a second click the same request."""

    once = forms.RegexField(
        r"^[0-9a-f]{32}\Z",
        widget=forms.HiddenInput,
        error_messages={"required": STALE, "invalid": STALE},
    )
    use = TicketsField()


def bill_fields(form: CounterForm) -> dict[str, Any]:
    """The bill of a checked form as it was written."""
    return {
        "store": form.cleaned_data["store"].pk,
        "bill_no": form.cleaned_data["bill_no"],
        "amount": form.data["amount"],
        "lines": form.data.get("lines", ""),
    }


def paper_codes_only(codes: list[str]) -> str:
    """Of refused codes those worth correcting: a rotating one is dead before it is read again."""
    return "\n".join(code for code in codes if paper_parts(code))
