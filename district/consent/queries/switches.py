"""The consent centre: every switch of a member, with what it rests on."""

from dataclasses import dataclass
from datetime import datetime

from district.consent.models import CurrentConsent, NoticeVersion, Purpose
from district.consent.queries.notices import notices_in_force
from district.consent.queries.permission import reasons_of_switches
from district.consent.values import Channel, ConsentAddress, ConsentReason
from district.members.models import Member
from district.merchants.models import Merchant


@dataclass(frozen=True, slots=True)
class ConsentSwitch:
    """One switch: what it is for, whether it is on or why not, since when, on which text, and the text in force."""

    purpose: Purpose
    merchant: Merchant | None
    channel: str
    reason: ConsentReason
    current: CurrentConsent | None
    notice: NoticeVersion | None

    @property
    def is_on(self) -> bool:
        return self.reason is ConsentReason.ALLOWED

    @property
    def since(self) -> datetime | None:
        return self.current.since if self.current else None

    @property
    def expires_at(self) -> datetime | None:
        return self.current.expires_at if self.current else None

    @property
    def agreed_notice(self) -> NoticeVersion | None:
        return self.current.notice if self.current else None


def switches_of(member: Member) -> list[ConsentSwitch]:
    """Each purpose by channel; sharing with a merchant where the member was asked or chose."""
    rows_by_key = {
        (row.purpose_id, row.merchant_id, row.channel): row
        for row in CurrentConsent.objects.filter(subject__member=member)
        .select_related("merchant", "notice")
        .order_by("pk")
    }
    keys = [
        key
        for purpose in Purpose.objects.order_by("pk")
        for key in _keys_of(
            purpose, [row for row in rows_by_key.values() if row.purpose_id == purpose.pk]
        )
    ]
    addresses = [
        ConsentAddress(purpose.key, merchant.pk if merchant else None, channel)
        for purpose, merchant, channel in keys
    ]
    in_force = notices_in_force()
    return [
        ConsentSwitch(
            purpose=purpose,
            merchant=merchant,
            channel=channel,
            reason=reason,
            current=rows_by_key.get((purpose.pk, merchant.pk if merchant else None, channel)),
            notice=in_force.get((purpose.key, channel)),
        )
        for (purpose, merchant, channel), reason in zip(
            keys, reasons_of_switches(member.pk, addresses), strict=True
        )
    ]


def switch_at(member: Member, address: ConsentAddress) -> ConsentSwitch:
    """The one of an address, after the member set it."""
    return next(
        switch
        for switch in switches_of(member)
        if (
            switch.purpose.key,
            switch.merchant.pk if switch.merchant else None,
            switch.channel,
        )
        == (address.purpose, address.merchant, address.channel)
    )


def _keys_of(
    purpose: Purpose, rows: list[CurrentConsent]
) -> list[tuple[Purpose, Merchant | None, str]]:
    if purpose.is_per_merchant:
        return [(purpose, row.merchant, row.channel) for row in rows]
    if purpose.has_channels:
        return [(purpose, None, channel) for channel in Channel.values if channel != Channel.NONE]
    return [(purpose, None, Channel.NONE.value)]
