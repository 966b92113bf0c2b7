"""What the demo has of finance: institutions, a report that holds, one that was taken back, referrals."""

from typing import Any

from credit.financing import services as financing
from credit.financing.access_codes import access_code
from district.kernel.idempotency import Key

_INSTITUTIONS = (
    ("湖滨银行小微支行", "loan", "0571-8888-0001"),
    ("西湖融资担保", "guarantee", "0571-8888-0002"),
    ("钱塘财产保险", "insurance", "0571-8888-0003"),
    ("商户成长咨询中心", "consulting", "0571-8888-0004"),
)


def play_financing(context: Any) -> None:
    """Each of the demo's merchants gives one report; the first is read, an earlier one was taken back."""
    with context.travel_to(0, 21):
        bank, guarantee, insurance, consulting = (
            financing.add_institution(name=name, kind=kind, contact=contact, by=context.operator)
            for name, kind, contact in _INSTITUTIONS
        )
        for number, counter in enumerate(context.main_merchants):
            owner, merchant = context.owner_of(counter), counter.merchant
            given = {"merchant": merchant, "by": owner}
            earlier = financing.issue_report(
                institution=guarantee,
                purpose="贷款担保",
                valid_days=15,
                with_transactions=False,
                key=_key(f"earlier-{number}"),
                **given,
            )
            financing.revoke_report(report=earlier, by=owner)
            report = financing.issue_report(
                institution=bank,
                purpose="流动资金贷款申请",
                valid_days=30,
                with_transactions=True,
                key=_key(f"report-{number}"),
                **given,
            )
            financing.view_report(public_id=report.public_id, access_code=access_code(bank))
            asked = financing.ask_referral(
                institution=consulting,
                wish="希望了解贴息政策",
                key=_key(f"advice-{number}"),
                **given,
            )
            financing.record_referral_outcome(
                referral=asked, outcome="granted", note="已辅导申报", by=context.operator
            )
            financing.ask_referral(
                institution=insurance,
                wish="门店财产险",
                key=_key(f"insurance-{number}"),
                **given,
            )


def _key(name: str) -> Key:
    return Key.of("demo:financing", name)


CHAPTERS = [("financing", play_financing)]
