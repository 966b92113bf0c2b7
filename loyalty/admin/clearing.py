"""What other merchants owe a merchant for this month's points and what it owes them, on its page."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from district.kernel import clock
from district.kernel.backoffice import Cell, Section, add_sections
from district.kernel.backoffice.sections import url_of
from district.merchants.models import Merchant
from district.merchants.scope import viewer
from loyalty import queries
from loyalty.admin.common import exact_yuan
from loyalty.queries import ClearingPosition


def clearing_of_merchant(request: HttpRequest, merchant: Merchant) -> Iterator[Section]:
    """Operators see it by merchant; the merchant itself in one line, for whose guests they are is not its business."""
    who = viewer(request)
    if not who.can("view_clearing") or who.is_store_limited:
        return
    since = _month_begins(clock.now())
    claims = queries.clearing(since=since, merchants=[merchant.pk])
    owed = [claim for claim in claims if claim.redeemer == merchant.pk]
    owing = [claim for claim in claims if claim.issuer == merchant.pk]
    rows = _by_merchant(owed, owing) if who.operator else []
    if claims:
        rows.append([_("合计"), *_figures(owed, owing)])
    yield Section(
        title=_("本月清算"),
        headers=[_("对方商户"), _("应收积分"), _("应付积分"), _("净额积分"), _("净额金额")],
        rows=rows,
        empty=_(
            "本月没有与其他商户之间的清算：会员在他店使用本店积分，或在本店使用他店积分后出现。"
        ),
        note=_("%(day)s 起，按发放时的单价；应收为正。")
        % {"day": clock.business_day(since).isoformat()},
    )


def _by_merchant(
    owed: list[ClearingPosition], owing: list[ClearingPosition]
) -> list[list[Cell | str]]:
    """The largest net sums first."""
    others = {claim.issuer for claim in owed} | {claim.redeemer for claim in owing}
    named = Merchant.objects.in_bulk(others)
    found = []
    for pk in others:
        theirs = [claim for claim in owed if claim.issuer == pk]
        ours = [claim for claim in owing if claim.redeemer == pk]
        found.append((abs(_net(theirs, ours)), named[pk], _figures(theirs, ours)))
    found.sort(key=lambda position: (-position[0], position[1].name_key, position[1].pk))
    return [[Cell(other.name, url_of(Merchant, other.pk)), *texts] for _, other, texts in found]


def _figures(owed: list[ClearingPosition], owing: list[ClearingPosition]) -> list[str]:
    came, went = _points(owed), _points(owing)
    return [f"{came:,}", f"{went:,}", f"{came - went:+,}", exact_yuan(_net(owed, owing))]


def _points(claims: Iterable[ClearingPosition]) -> int:
    return sum(claim.points for claim in claims)


def _net(owed: Iterable[ClearingPosition], owing: Iterable[ClearingPosition]) -> int:
    """In milli-fen."""
    return sum(claim.milli_fen for claim in owed) - sum(claim.milli_fen for claim in owing)


def _month_begins(at: datetime) -> datetime:
    return clock.start_of_day(clock.business_day(at).replace(day=1))


add_sections("merchants.merchant", clearing_of_merchant)
