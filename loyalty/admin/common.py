"""What the ledger's screens share: headings, words, and a member shown only by number."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import MenuGroup, name_verbs
from district.kernel.backoffice.words import actor_texts
from district.kernel.money import format_yuan
from district.merchants.scope import MerchantScopedAdmin
from loyalty.models import MerchantTerms

POINTS = MenuGroup(gettext_lazy("积分"), order=30)
KIND_TONES = {
    "赚取": "success",
    "使用": "info",
    "过期": "",
    "冲正赚取": "warning",
    "冲正使用": "warning",
}

name_verbs(set_terms=gettext_lazy("设置积分条款"))


class LedgerAdmin(MerchantScopedAdmin):
    """A table of the ledger: nothing on its screen changes anything."""

    ordering = ["-pk"]
    sortable_by = ()

    @admin.display(description=gettext_lazy("会员编号"))
    def member_no(self, row: Any) -> str:
        """The opaque number: a merchant learns no name and no phone."""
        number: str = row.account.member.public_id
        return number

    @admin.display(description=gettext_lazy("操作者"))
    def actor_name(self, row: Any) -> str:
        return actor_texts([row.actor])[row.actor]


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
