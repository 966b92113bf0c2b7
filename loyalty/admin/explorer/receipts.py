"""A receipt: what it earned, by which terms, and what refunds took of it."""

from collections.abc import Iterator

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from district.kernel.backoffice import Section, link
from loyalty.admin.common import rate_text
from loyalty.admin.explorer import parts
from loyalty.models import Receipt, Transfer


def receipt_sections(request: HttpRequest, receipt: Receipt) -> Iterator[Section]:
    """The earning and what of it repaid a debt, the refunds, and the terms it was reckoned by."""
    yield from parts.person(request, receipt.account)
    empty = _("实付金额不足以获得积分。")
    yield parts.transfer(request, _("赚取流水"), receipt.transfer_id, empty)
    if receipt.repaid:
        which = Q(
            account=receipt.account_id,
            kind=Transfer.Kind.REPAY,
            reference=receipt.receipt_no,
            at=receipt.at,
        )
        yield from parts.transfers(request, _("抵还流水"), which)
    yield from parts.refunds(request, Q(receipt=receipt), empty=_("没有退货。"))
    terms = receipt.terms
    yield Section(
        _("适用条款"),
        [_("条款"), _("积分有效月数"), _("待生效天数")],
        [[link(request, terms, rate_text(terms)), terms.validity_months, terms.pending_days]],
        _("没有条款。"),
        note=_("商户预存用尽，本单按联盟兜底比例发放，由联盟承担。")
        if receipt.issuer_id != receipt.merchant_id
        else "",
    )
