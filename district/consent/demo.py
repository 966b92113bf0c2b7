"""What the demo has of consent: texts that two people released and one that waits, members who said yes, no, or took it back."""

from typing import Any

from district.consent import services as consent
from district.consent.models import NoticeVersion, Purpose
from district.consent.queries import notices_in_force
from district.consent.values import Channel, ConsentAddress
from district.kernel.idempotency import Key

# By purpose: what is used, by whom, and what for.
_TEXTS = {
    "service_notice": (
        "会员编号、交易结果",
        "商圈运营方",
        "积分、优惠券、停车和投诉有结果时通知您。",
    ),
    "marketing_push": (
        "会员编号、所选偏好",
        "商圈运营方",
        "每周最多三次向您推送活动；随时可以关闭。",
    ),
    "personalisation": (
        "消费记录",
        "商圈运营方",
        "按您的消费记录推荐优惠；关闭后仍可收到通用内容。",
    ),
    "location_scene": ("是否在商圈内", "商圈运营方", "到访时提示附近优惠；不保存行踪。"),
    "share_with_merchant": (
        "昵称、在该商户的消费",
        "您选择的商户",
        "成为该商户的会员，商户只看得到在自家门店的消费。",
    ),
    "research_analytics": ("去标识的消费统计", "商圈运营方", "用于改进服务的统计，不针对个人。"),
}
_MEMBERS = 60


def play_consent(context: Any) -> None:
    """Of every kind of choice some, by members of the year."""
    with context.travel_to(40, 10):
        drafts = [
            _propose(context, purpose, channel)
            for purpose in Purpose.objects.order_by("pk")
            for channel in _channels_of(purpose)
        ]
    with context.travel_to(39, 10):
        for draft in drafts:
            consent.approve_notice(proposal=draft, by=context.second_operator)
    with context.travel_to(38, 12):
        _choose(context)
    with context.travel_to(9, 20):
        for number, member in enumerate(context.members[:_MEMBERS]):
            if number % 9 == 1:
                consent.withdraw_consent(
                    member=member.pk,
                    address=ConsentAddress("personalisation"),
                    key=_key("withdraw", member.pk),
                )
    with context.travel_to(1, 10):
        purpose = Purpose.objects.get(key="research_analytics")
        _propose(context, purpose, Channel.NONE.value, is_major_change=True)


def _channels_of(purpose: Purpose) -> list[str]:
    if purpose.has_channels:
        return [channel for channel in Channel.values if channel != Channel.NONE]
    return [Channel.NONE.value]


def _propose(
    context: Any, purpose: Purpose, channel: str, *, is_major_change: bool = False
) -> NoticeVersion:
    categories, recipients, body = _TEXTS[purpose.key]
    return consent.propose_notice(
        purpose=purpose,
        channel=channel,
        title=f"{purpose.name}说明",
        body=body,
        data_categories=f"{categories}、停车时长" if is_major_change else categories,
        recipients=recipients,
        retention="关闭后立即停止使用，记录保存三年",
        is_major_change=is_major_change,
        by=context.operator,
        key=_key("notice", f"{purpose.key}-{channel}-{is_major_change}"),
    )


def _choose(context: Any) -> None:
    shops = [counter.merchant.pk for counter in context.main_merchants]
    for number, member in enumerate(context.members[:_MEMBERS]):
        _say(member.pk, ConsentAddress("personalisation"), yes=number % 3 > 0)
        _say(member.pk, ConsentAddress("location_scene"), yes=number % 5 == 0)
        _say(
            member.pk, ConsentAddress("share_with_merchant", shops[number % 2]), yes=number % 4 > 0
        )
        if number % 2:
            push = ConsentAddress("marketing_push", channel=Channel.INBOX.value)
            _say(member.pk, push, yes=number % 6 > 1)


def _say(member: int, address: ConsentAddress, *, yes: bool) -> None:
    name = f"{member}-{address.purpose}-{address.channel}"
    if not yes:
        consent.deny_consent(member=member, address=address, key=_key("deny", name))
        return
    notice = notices_in_force()[address.purpose, address.channel]
    served = consent.serve_notice(
        member=member,
        notice=notice.public_id,
        screen="consent_centre",
        app_version="1.0.0",
        key=_key("serve", name),
    )
    consent.grant_consent(
        member=member, address=address, served=served.public_id, key=_key("grant", name)
    )


def _key(name: str, number: int | str) -> Key:
    return Key.of("demo:consent", f"{name}-{number}")


CHAPTERS = [("consent", play_consent)]
