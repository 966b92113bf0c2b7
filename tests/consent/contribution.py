"""What the cross-cutting tests need to know of consent; see tests/contributions.py."""

from district.consent import services as consent
from district.consent.models import NoticeVersion
from tests.admin.two_merchants import TwoMerchants
from tests.contributions import LEFT_OUT, AimedRequests, RightRequests, StoreVisit
from tests.factories.consent import PERSONALISATION, release_notice, serve
from tests.factories.loyalty import fresh_key
from tests.factories.members import make_member, make_operator

_SERVED = "/api/v1/me/consents/notices/{notice}/served"


def _notice() -> NoticeVersion:
    return release_notice(by=(make_operator("consent1"), make_operator("consent2")))


def right_requests(store_visit: StoreVisit) -> RightRequests:
    notice = _notice()
    address = {"purpose": PERSONALISATION.purpose}
    return RightRequests(
        bodies={
            "serve_consent_notice": {"screen": "consent_centre", "app_version": "1.4.0"},
            "grant_consent": address | {"served": serve(store_visit.member, notice).public_id},
            "deny_consent": address,
            "withdraw_consent": address,
        },
        ids={"/api/v1/consent/notices/{notice}": notice.public_id, _SERVED: notice.public_id},
    )


def aimed_requests(store_visit: StoreVisit) -> AimedRequests:
    notice = _notice()

    def left_out() -> object:
        return LEFT_OUT

    switch = {
        "purpose": lambda: PERSONALISATION.purpose,
        "channel": lambda: PERSONALISATION.channel,
        "merchant": left_out,
    }
    act = "/api/v1/me/consents/"
    return AimedRequests(
        fresh={
            f"POST {act}grant": switch
            | {"served": lambda: serve(store_visit.member, notice).public_id},
            f"POST {act}deny": switch,
            f"POST {act}withdraw": switch,
        },
        named={
            path: lambda: {"notice": notice.public_id}
            for path in ("/api/v1/consent/notices/{notice}", _SERVED)
        },
    )


def make_admin_rows(two_merchants: TwoMerchants) -> None:
    """A text in force, one that waits, and a member who said yes."""
    people = two_merchants.operator, two_merchants.root
    notice, member = release_notice(by=people), make_member()
    consent.propose_notice(
        purpose=notice.purpose,
        channel=notice.channel,
        title="修订稿",
        body="我们按您的消费记录推荐优惠。",
        data_categories="消费记录",
        recipients="商圈运营方",
        retention="一年",
        is_major_change=True,
        by=people[0],
        key=fresh_key(),
    )
    consent.grant_consent(
        member=member.pk,
        address=PERSONALISATION,
        served=serve(member, notice).public_id,
        key=fresh_key(),
    )
