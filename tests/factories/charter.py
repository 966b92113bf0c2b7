"""What a test of the charter begins with."""

from dataclasses import dataclass, field
from datetime import timedelta

from credit.charter import services as charter
from credit.charter.models import CharterPledge, CharterVersion, SelfDisciplineRecord
from district.kernel import clock
from district.members.models import User
from district.merchants.models import Merchant, Store
from tests.factories.credit import fresh_key
from tests.factories.members import make_operator, make_staff
from tests.factories.merchants import allied_store, make_clerk


def publish_charter(*, by: tuple[User, User], title: str = "诚信公约") -> CharterVersion:
    """A charter that two people published."""
    row = charter.propose_charter(title=title, text="明码标价。", by=by[0], key=fresh_key())
    return charter.approve_charter(proposal=row, by=by[1])


def report_self_discipline(merchant: Merchant, by: User, matter: str) -> SelfDisciplineRecord:
    """What a merchant put right yesterday."""
    return charter.report_self_discipline(
        merchant=merchant,
        found_on=clock.business_day(clock.now()) - timedelta(days=1),
        matter=matter,
        correction="已更换",
        by=by,
        key=fresh_key(),
    )


@dataclass
class CharterScene:
    """A store of the alliance with its owner, and two operators."""

    store: Store = field(default_factory=allied_store)

    def __post_init__(self) -> None:
        number = Store.objects.count()
        self.merchant = self.store.merchant
        self.owner = make_clerk(user=make_staff(f"owner{number}"), merchant=self.merchant).user
        self.first, self.second = make_operator(f"first{number}"), make_operator(f"second{number}")

    def publish(self, title: str = "诚信公约") -> CharterVersion:
        return publish_charter(by=(self.first, self.second), title=title)

    def sign(self, version: CharterVersion) -> CharterPledge:
        return charter.sign_charter(
            merchant=self.merchant, version=version, pledge="价格写明白。", by=self.owner
        )
