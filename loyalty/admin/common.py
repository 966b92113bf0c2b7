"""What the ledger's screens share: headings, words, and a member shown only by number."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import MenuGroup, name_events, name_verbs
from district.kernel.backoffice.columns import Actor, Column
from district.kernel.backoffice.typed_fields import ScaledField
from district.kernel.backoffice.widgets import InstantInput
from district.kernel.text.money import format_yuan
from district.merchants.scope import MerchantScopedAdmin
from loyalty.models import Hold, MerchantTerms, Transfer

POINTS = MenuGroup(gettext_lazy("积分"), order=30)
KIND_TONES = {
    "赚取": "success",
    "生效": "success",
    "使用": "info",
    "预占": "info",
    "预占使用": "info",
    "预占释放": "",
    "预占释放（宽限）": "",
    "过期": "",
    "退货收回": "warning",
    "退货欠积分": "danger",
    "抵还欠积分": "warning",
    "冲正赚取": "warning",
    "冲正使用": "warning",
    "部分退回使用": "warning",
    "人工增加": "warning",
    "人工扣减": "warning",
    "合并转出": "",
    "合并转入": "",
}

HOLD_TONES = {
    "预占中": "warn",
    "已到期": "quiet",
    "已使用": "good",
    "已取消": "quiet",
    "已超时": "quiet",
}

name_events(
    PointsEarned=gettext_lazy("积分入账"),
    ReceiptPosted=gettext_lazy("小票入账"),
    PointsSpent=gettext_lazy("积分使用"),
    PointsExpired=gettext_lazy("积分过期"),
    PointsExpiring=gettext_lazy("积分即将过期"),
    PointsActivated=gettext_lazy("积分生效"),
    PointsHeld=gettext_lazy("积分预占"),
    PointsAdjusted=gettext_lazy("积分调整"),
    HoldEnded=gettext_lazy("预占结束"),
    TransferReversed=gettext_lazy("积分冲正"),
    ReceiptRefunded=gettext_lazy("小票退货"),
    AccountsMerged=gettext_lazy("会员合并"),
    PrefundLow=gettext_lazy("预存不足"),
    EarningWaits=gettext_lazy("小票待复核"),
    EarningReviewed=gettext_lazy("小票已复核"),
)
name_verbs(
    set_terms=gettext_lazy("设置积分条款"),
    match_refund=gettext_lazy("匹配退货"),
    dismiss_refund=gettext_lazy("忽略退货"),
)


class LedgerAdmin(MerchantScopedAdmin):
    """A table of the ledger: nothing on its screen changes anything."""

    ordering = ["-pk"]
    sortable_by = ()

    # The opaque number: a merchant learns no name and no phone.
    member_no = Column(gettext_lazy("会员编号"), "account__member__public_id")
    actor_name = Actor(gettext_lazy("操作者"), "actor")


class PointPriceField(ScaledField):
    """A price in fen with three decimals; its value is milli-fen."""

    places = 3


class StartField(forms.DateTimeField):
    """From when on new terms hold: not before this minute."""

    widget = InstantInput

    def __init__(self, **options: Any) -> None:
        super().__init__(label=gettext_lazy("生效时间"), **options)

    def clean(self, value: Any) -> Any:
        start = super().clean(value)
        if start < clock.now().replace(second=0, microsecond=0):
            raise forms.ValidationError(_("生效时间不能早于现在。"))
        return start


def this_minute() -> datetime:
    """What is suggested for it."""
    return timezone.localtime(clock.now()).replace(second=0, microsecond=0)


def requested_merchant(request: HttpRequest) -> int | None:
    """The merchant whose stored values a form of new ones shows: the one asked for, or, once sent, the one
    chosen by then, whose values the page may not have shown."""
    number_text = request.POST.get("merchant", request.GET.get("merchant", ""))
    is_number = number_text.isascii() and number_text.isdecimal() and len(number_text) < 10  # noqa: PLR2004
    return int(number_text) if is_number else None


def hold_state(hold: Hold) -> str:
    """A hold past its time gives nothing more, whether or not its end was written down yet."""
    if hold.state == Hold.State.OPEN and hold.expires_at <= clock.now():
        return _("已到期")
    return hold.get_state_display()


def signed_points(transfer: Transfer) -> str:
    """A line's points with the direction they take for the spendable balance, if any."""
    sign = {1: "+", -1: "−", 0: ""}[(transfer.change > 0) - (transfer.change < 0)]
    return f"{sign}{transfer.points:,}"


def price_text(milli_fen: int) -> str:
    """A point's price in fen, with as many decimals as it has."""
    whole, rest = divmod(milli_fen, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")


def exact_yuan(milli_fen: int) -> str:
    """A sum in yuan, with the fractions of a fen it has: nothing is rounded before a settlement."""
    whole, rest = divmod(abs(milli_fen), 1000)
    fraction = f"{rest:03d}".rstrip("0") if rest else ""
    return ("-" if milli_fen < 0 else "") + format_yuan(whole) + fraction


def rate_text(terms: MerchantTerms) -> str:
    """How a clerk would say it: 每 ¥1.00 得 1 积分."""
    return _("每 %(yuan)s 得 %(points)s 积分") % {
        "yuan": format_yuan(terms.earn_per_fen),
        "points": terms.earn_points,
    }
