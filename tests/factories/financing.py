"""What a test of finance begins with."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from credit import services as credit
from credit.financing import services as financing
from credit.financing.models import FinancingReport, PartnerInstitution
from district.kernel import clock
from district.members.models import User
from district.merchants.models import Merchant, Store
from tests.factories.credit import fresh_key
from tests.factories.loyalty import buy, make_earning_store
from tests.factories.members import make_member, make_staff
from tests.factories.merchants import make_clerk


def make_institution(name: str = "湖滨银行", kind: str = "loan") -> PartnerInstitution:
    return financing.add_institution(name=name, kind=kind, contact="0571-88880001", by=None)


def make_report(
    merchant: Merchant, institution: PartnerInstitution, by: User, **changes: Any
) -> FinancingReport:
    """A report of 30 days, with transactions."""
    terms: dict[str, Any] = {"purpose": "流动资金贷款", "valid_days": 30, "with_transactions": True}
    return financing.issue_report(
        merchant=merchant, institution=institution, by=by, key=fresh_key(), **terms | changes
    )


@dataclass
class FinancingScene:
    """A store with a purchase of last month and a snapshot of yesterday, its owner, a bank and another one."""

    store: Store = field(default_factory=make_earning_store)

    def __post_init__(self) -> None:
        self.merchant = self.store.merchant
        number = Store.objects.count()
        self.owner = make_clerk(user=make_staff(f"boss{number}"), merchant=self.merchant).user
        first_of_month = clock.business_day(clock.now()).replace(day=1)
        with clock.travel_to(clock.start_of_day(first_of_month) - timedelta(days=2)):
            buy(make_member(), self.store, fen=20_00)
        credit.take_snapshots()
        self.bank, self.other = make_institution(), make_institution("西湖担保", "guarantee")

    def issue(self, **changes: Any) -> FinancingReport:
        terms: dict[str, Any] = {"institution": self.bank, "by": self.owner}
        return make_report(merchant=self.merchant, **terms | changes)
