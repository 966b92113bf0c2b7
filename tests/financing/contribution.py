"""What the cross-cutting tests need to know of finance; see tests/contributions.py."""

from credit import services as credit
from credit.financing import services as financing
from credit.financing.access_codes import access_code
from credit.financing.models import FinancingReport
from tests.admin.two_merchants import TwoMerchants
from tests.contributions import AimedRequests, RightRequests, StoreVisit
from tests.factories.credit import fresh_key
from tests.factories.financing import make_institution, make_report
from tests.factories.members import make_staff
from tests.factories.merchants import make_clerk

PERMISSIONS = {"share_credit": "owner"}
_REPORT = "/api/v1/financing/reports/{report}/"
# What is no digest is an answer: altered.
ACCEPTED_VALUES = {("read_financing_report_status", "digest", "SQL")}
# A code that opens nothing is an invalid code, not a wrong form.
CHECKED_ELSEWHERE = {("view_financing_report", "access_code", "SQL")}


def right_requests(store_visit: StoreVisit) -> RightRequests:
    report = _report(store_visit)
    return RightRequests(
        bodies={"view_financing_report": {"access_code": access_code(report.institution)}},
        ids={f"{_REPORT}status": report.public_id, f"{_REPORT}view": report.public_id},
    )


def aimed_requests(store_visit: StoreVisit) -> AimedRequests:
    report = _report(store_visit)
    code = access_code(report.institution)
    return AimedRequests(
        fresh={f"POST {_REPORT}view": {"access_code": lambda: code}},
        named={
            f"{_REPORT}{act}": lambda: {"report": report.public_id} for act in ("status", "view")
        },
    )


def _report(store_visit: StoreVisit) -> FinancingReport:
    merchant = store_visit.store.merchant
    owner = make_clerk(user=make_staff("financing_owner"), merchant=merchant).user
    credit.take_snapshots()
    return make_report(merchant, make_institution(), owner)


def make_admin_rows(two_merchants: TwoMerchants) -> None:
    """Two institutions, one of them stopped; at both a report that holds, one taken back, a referral and its outcome."""
    operator = two_merchants.operator
    bank, other = make_institution(), make_institution("西湖担保", "guarantee")
    for side in two_merchants.sides:
        owner = side.clerks["owner"].user
        taken_back = make_report(side.merchant, other, owner, purpose=f"{side.merchant.name}担保")
        financing.revoke_report(report=taken_back, by=owner)
        report = make_report(side.merchant, bank, owner, purpose=f"{side.merchant.name}贷款")
        financing.view_report(public_id=report.public_id, access_code=access_code(bank))
        asked = financing.ask_referral(
            merchant=side.merchant,
            institution=other,
            wish=f"{side.merchant.name}扩店",
            by=owner,
            key=fresh_key(),
        )
        financing.record_referral_outcome(referral=asked, outcome="declined", by=operator)
        financing.ask_referral(
            merchant=side.merchant,
            institution=bank,
            wish=f"{side.merchant.name}周转",
            by=owner,
            key=fresh_key(),
        )
    financing.set_institution_active(institution=other, is_active=False, by=operator)
