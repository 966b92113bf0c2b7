"""What a test of consent begins with."""

from dataclasses import dataclass, field

from district.consent import services as consent
from district.consent.models import ConsentEvent, NoticeServed, NoticeVersion, Purpose
from district.consent.values import ConsentAddress
from district.members.models import Member, User
from tests.factories.loyalty import fresh_key
from tests.factories.members import make_member, make_operator

PERSONALISATION = ConsentAddress("personalisation")


def release_notice(
    *, by: tuple[User, User], address: ConsentAddress = PERSONALISATION, **changes: object
) -> NoticeVersion:
    """A text of the purpose that two people released."""
    wording = {
        "title": "个性化推荐说明",
        "body": "我们按您的消费记录推荐优惠。",
        "data_categories": "消费记录",
        "recipients": "商圈运营方",
        "retention": "撤回后即停止使用",
        "is_major_change": False,
    }
    row = consent.propose_notice(
        purpose=Purpose.objects.get(key=address.purpose),
        channel=address.channel,
        by=by[0],
        key=fresh_key(),
        **wording | changes,
    )
    return consent.approve_notice(proposal=row, by=by[1])


def serve(member: Member, notice: NoticeVersion) -> NoticeServed:
    return consent.serve_notice(
        member=member.pk,
        notice=notice.public_id,
        screen="consent_centre",
        app_version="1.0.0",
        key=fresh_key(),
    )


@dataclass
class ConsentScene:
    """A member, two operators, and a released text of one switch."""

    member: Member = field(default_factory=make_member)
    address: ConsentAddress = PERSONALISATION

    def __post_init__(self) -> None:
        number = User.objects.count()
        self.first, self.second = make_operator(f"first{number}"), make_operator(f"second{number}")
        self.notice = self.release()

    def release(self, **changes: object) -> NoticeVersion:
        return release_notice(by=(self.first, self.second), address=self.address, **changes)

    def grant(
        self, notice: NoticeVersion | None = None, member: Member | None = None
    ) -> ConsentEvent:
        member = member or self.member
        return consent.grant_consent(
            member=member.pk,
            address=self.address,
            served=serve(member, notice or self.notice).public_id,
            key=fresh_key(),
        )

    def withdraw(self, member: Member | None = None) -> ConsentEvent:
        member = member or self.member
        return consent.withdraw_consent(member=member.pk, address=self.address, key=fresh_key())

    def deny(self, member: Member | None = None) -> ConsentEvent:
        member = member or self.member
        return consent.deny_consent(member=member.pk, address=self.address, key=fresh_key())
