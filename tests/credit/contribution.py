"""What the cross-cutting tests need to know of credit; see tests/contributions.py."""

from datetime import timedelta

from credit import services as credit
from credit.score.values import CaseOutcome, CaseSeverity
from credit.values import FinalCase
from district.kernel import clock
from district.kernel.database.ids import new_id
from tests.admin.two_merchants import MerchantSide, TwoMerchants
from tests.contributions import AimedRequests, RightRequests, StoreVisit
from tests.factories.credit import (
    announce_policy,
    fresh_key,
    make_charter_record,
    make_code,
    make_inspection,
    record_file,
)
from tests.factories.loyalty import buy

PERMISSIONS = {"manage_credit": "owner manager"}
# What is not our signature is a code that is not ours, which is an answer.
ACCEPTED_VALUES = {
    ("check_credit_code", "v", "SQL"),
    ("check_credit_code", "s", "SQL"),
    ("rate_purchase", "text", "SQL"),
}
_CODE = "/api/v1/credit/codes/{code}"
_STORE = "/api/v1/stores/{store}/credit"
_RATINGS = "/api/v1/stores/{store}/ratings"
OPTIONAL_FIELDS = {("rate_purchase", "receipt_no"), ("rate_purchase", "text")}


def right_requests(store_visit: StoreVisit) -> RightRequests:
    _buy_at(store_visit)
    credit.take_district_statistics()
    return RightRequests(
        bodies={"rate_purchase": {"store": store_visit.store.public_id, "stars": 5}},
        ids={
            _CODE: make_code(store_visit.store).public_id,
            _STORE: store_visit.store.public_id,
            _RATINGS: store_visit.store.public_id,
        },
    )


def aimed_requests(store_visit: StoreVisit) -> AimedRequests:
    code = make_code(store_visit.store)
    _buy_at(store_visit)
    credit.take_district_statistics()
    return AimedRequests(
        named={
            _CODE: lambda: {"code": code.public_id},
            _STORE: lambda: {"store": store_visit.store.public_id},
            _RATINGS: lambda: {"store": store_visit.store.public_id},
        }
    )


def _buy_at(store_visit: StoreVisit) -> None:
    """What the member may rate."""
    buy(store_visit.member, store_visit.store, fen=20_00)


def make_admin_rows(two_merchants: TwoMerchants) -> None:
    """At both a live code, a revoked one that was scanned, a complaint that was upheld."""
    now = clock.now()
    for side in two_merchants.sides:
        make_code(side.store)
        revoked = make_code(side.second)
        credit.count_scan(store_id=side.store.pk)
        credit.revoke_code(code=revoked, reason="被人揭走", by=two_merchants.operator)
        credit.record_case_outcome(
            case=new_id("cas"),
            version=1,
            store=side.store,
            outcome=FinalCase(
                final_on=clock.business_day(now - timedelta(days=3)),
                severity=CaseSeverity.ORDINARY,
                outcome=CaseOutcome.UPHELD,
                is_on_time=True,
                category="质量",
            ),
            at=now,
        )
        _make_facts(two_merchants, side)
        buy(two_merchants.member, side.store, fen=20_00)
        rating = credit.rate_purchase(
            member=two_merchants.member,
            store=side.store,
            stars=4,
            text=f"{side.merchant.name}不错",
            key=fresh_key(),
        )
        credit.reply_to_rating(
            rating=rating, text=f"{side.merchant.name}谢谢", by=side.clerks["owner"].user
        )
    credit.take_snapshots()
    day = clock.business_day(now) + timedelta(days=20)
    announce_policy("credit-v2", day, (two_merchants.operator, two_merchants.root))


def _make_facts(two_merchants: TwoMerchants, side: MerchantSide) -> None:
    """A licence, a profile, a promise, an inspection, a charter record with its repair, objections that wait."""
    merchant, operator, root = side.merchant, two_merchants.operator, two_merchants.root
    clerk = side.clerks["owner"].user
    today = clock.business_day(clock.now())
    credit.verify_licence(
        merchant=merchant,
        number=f"执照{merchant.name}",
        valid_from=today,
        valid_until=None,
        by=operator,
        key=fresh_key(),
    )
    credit.set_profile_entry(
        merchant=merchant, item="address", content=f"{merchant.name}地址", by=operator
    )
    promise = credit.set_promise(code="1", name="放心消费", description="不售假", by=operator)
    credit.join_promise(promise=promise, merchant=merchant, by=clerk)
    inspection = make_inspection(side.store, failed=1)
    record = make_charter_record(merchant, today - timedelta(days=100), by=(operator, root))
    credit.request_repair(
        record=record,
        remedy=f"{merchant.name}已整改",
        pledge="不再发生",
        by=clerk,
        key=fresh_key(),
    )
    credit.request_correction(
        merchant=merchant, fact=inspection, reason=f"{merchant.name}有误", by=clerk, key=fresh_key()
    )
    credit.submit_statement(
        merchant=merchant, fact=record, text=f"{merchant.name}的说明", by=clerk, key=fresh_key()
    )
    credit.propose_charter_record(
        merchant=merchant,
        level="minor",
        determined_on=today,
        title=f"{merchant.name}占道",
        by=operator,
        key=fresh_key(),
    )
    credit.import_public_records(content=record_file("坏行"), by=operator)
