"""What the cross-cutting tests need to know of the charter; see tests/contributions.py."""

from credit.charter import services as charter
from tests.admin.two_merchants import TwoMerchants
from tests.contributions import AimedRequests, RightRequests, StoreVisit
from tests.factories.charter import publish_charter, report_self_discipline
from tests.factories.credit import fresh_key
from tests.factories.members import make_operator

PERMISSIONS = {"sign_charter": "owner"}


def right_requests(store_visit: StoreVisit) -> RightRequests:
    publish_charter(by=(make_operator("charter1"), make_operator("charter2")))
    return RightRequests()


def aimed_requests(store_visit: StoreVisit) -> AimedRequests:
    publish_charter(by=(make_operator("charter1"), make_operator("charter2")))
    return AimedRequests()


def make_admin_rows(two_merchants: TwoMerchants) -> None:
    """A charter in force and one that waits; at both a pledge, one record that was reviewed and one that waits."""
    operator, root = two_merchants.operator, two_merchants.root
    version = publish_charter(by=(operator, root))
    charter.propose_charter(title="修订稿", text="明码标价，不欺客。", by=operator, key=fresh_key())
    for side in two_merchants.sides:
        owner = side.clerks["owner"].user
        charter.sign_charter(
            merchant=side.merchant,
            version=version,
            pledge=f"{side.merchant.name}承诺不欺客",
            by=owner,
        )
        record = report_self_discipline(side.merchant, owner, f"{side.merchant.name}价签未更新")
        charter.approve_self_discipline(proposal=record, by=operator)
        report_self_discipline(side.merchant, owner, f"{side.merchant.name}消毒漏记")
