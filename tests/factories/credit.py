"""What a test of credit begins with."""

from datetime import date
from typing import Any

from credit import services as credit
from credit.models import CreditCode, CreditRecord, Inspection, ScorePolicyVersion
from credit.public_records import COLUMNS
from credit.score.policy_document import credit_v1, policy_document
from district.kernel import clock
from district.kernel.database.ids import new_id
from district.kernel.idempotency import Key
from district.members.models import User
from district.merchants.models import Merchant, Store
from tests.factories.merchants import make_store


def fresh_key() -> Key:
    return Key.of("test", new_id("idem"))


def make_code(store: Store | None = None) -> CreditCode:
    """The live code of a store, a new one if none is given."""
    return credit.issue_code(store=store or make_store(), by=None, key=fresh_key())


def record_line(merchant: Merchant, number: str = "杭西市监罚〔2026〕1号", **changes: str) -> str:
    """A row of a file of public records: a general one of 2026-06-01 that is displayed."""
    cells = {
        "统一社会信用代码": str(merchant.uscc),
        "文号": number,
        "等级": "一般",
        "认定日期": "2026-06-01",
        "认定机关": "西湖区市场监督管理局",
        "事由": "未明码标价",
        "状态": "公示中",
        "修复日期": "",
    }
    return ",".join((cells | changes).values())


def record_file(*lines: str) -> bytes:
    """A file of public records with these rows."""
    return "\ufeff{}\r\n".format("\r\n".join([",".join(COLUMNS), *lines])).encode()


def make_charter_record(
    merchant: Merchant, determined_on: date, *, by: tuple[User, User], level: str = "general"
) -> CreditRecord:
    """A record that two people entered."""
    proposal = credit.propose_charter_record(
        merchant=merchant,
        level=level,
        determined_on=determined_on,
        title="夸大宣传，公约第七条",
        by=by[0],
        key=fresh_key(),
    )
    record = credit.approve_charter_record(proposal=proposal, by=by[1]).record
    assert record is not None
    return record


def make_inspection(
    store: Store, *, passed: int = 6, failed: int = 0, name: str = "2026 年第四季度"
) -> Inspection:
    """What a round of today found at the store."""
    today = clock.business_day(clock.now())
    return credit.record_inspection(
        round=credit.open_round(name=name, started_on=today, by=None),
        store=store,
        inspected_on=today,
        passed=passed,
        failed=failed,
        by=None,
        key=fresh_key(),
    )


def policy_with(version: str, **changes: dict[str, Any]) -> dict[str, Any]:
    """The first policy's document under another name, with members of its objects changed."""
    document = policy_document(credit_v1()) | {"version": version}
    return _merged(document, changes)


def _merged(document: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return document | {
        name: _merged(document[name], value) if isinstance(value, dict) else value
        for name, value in changes.items()
    }


def propose_policy(
    version: str, effective_on: date, by: User, **changes: dict[str, Any]
) -> ScorePolicyVersion:
    """Tried on the merchants there are, and proposed."""
    shadow = credit.run_policy_shadow(
        document=policy_with(version, **changes), by=by, key=fresh_key()
    )
    return credit.propose_score_policy(
        shadow=shadow, effective_on=effective_on, reason="年度修订", by=by, key=fresh_key()
    )


def announce_policy(
    version: str, effective_on: date, by: tuple[User, User], **changes: dict[str, Any]
) -> ScorePolicyVersion:
    """Proposed by one person and approved by the other."""
    proposal = propose_policy(version, effective_on, by[0], **changes)
    return credit.approve_score_policy(proposal=proposal, by=by[1])
