"""The one question all later code asks: may this be done with the data of this member?"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import connection

from district.consent.values import Channel, ConsentAddress, ConsentReason
from district.kernel import clock

# One statement for one member and for a hundred thousand. A text is stale when a later major version of the same
# purpose and channel is in force, in whichever language.
_REASONS: Final = """
    select asked.member, switch.place,
        case
            when subject.is_minor and not purpose.is_open_to_minors then 'minor'
            when current.state = 'denied' then 'denied'
            when current.state = 'withdrawn' then 'withdrawn'
            when purpose.legal_basis = 'contract' then 'allowed'
            when current.state is null or current.state = 'expired' or current.expires_at <= %(at)s
                then 'no_consent'
            when notice.major < (
                select max(newer.major) from consent_noticeversion newer
                where newer.purpose_id = purpose.id and newer.channel = switch.channel
                    and newer.state = 'approved' and newer.effective_from <= %(at)s
            ) then 'stale_notice'
            else 'allowed'
        end
    from unnest(%(members)s::bigint[]) asked (member)
    cross join unnest(%(purposes)s::text[], %(merchants)s::bigint[], %(channels)s::text[])
        with ordinality as switch (purpose, merchant, channel, place)
    join consent_purpose purpose on purpose.key = switch.purpose
    left join consent_consentsubject subject on subject.member_id = asked.member
    left join consent_currentconsent current on current.subject_id = subject.id
        and current.purpose_id = purpose.id and current.channel = switch.channel
        and current.merchant_id is not distinct from switch.merchant
    left join consent_noticeversion notice on notice.id = current.notice_id
"""


def reasons(members: Iterable[int], address: ConsentAddress) -> dict[int, ConsentReason]:
    """Whether the district may do it, for each of the members, as of now; one query however many they are.

    A purpose nobody knows allows nothing: its members are missing from the answer.
    """
    rows = _read(members, [address])
    return {member: reason for member, _place, reason in rows}


def reasons_of_switches(member: int, addresses: Sequence[ConsentAddress]) -> list[ConsentReason]:
    """The same of one member and many switches, in their order; one query. Of an unknown purpose: no consent."""
    found = {place: reason for _member, place, reason in _read([member], addresses)}
    return [
        found.get(place, ConsentReason.NO_CONSENT) for place, _address in enumerate(addresses, 1)
    ]


def _read(
    members: Iterable[int], addresses: Sequence[ConsentAddress]
) -> list[tuple[int, int, ConsentReason]]:
    values: dict[str, Any] = {
        "members": list(members),
        "purposes": [address.purpose for address in addresses],
        "merchants": [address.merchant for address in addresses],
        "channels": [address.channel for address in addresses],
        "at": clock.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_REASONS, values)
        return [
            (member, place, ConsentReason(reason)) for member, place, reason in cursor.fetchall()
        ]


def allowed_members(members: Iterable[int], address: ConsentAddress) -> set[int]:
    """Those of the members of whom it may be done."""
    found = reasons(members, address)
    return {member for member, reason in found.items() if reason is ConsentReason.ALLOWED}


def may(
    member: int, purpose: str, *, merchant: int | None = None, channel: str = Channel.NONE.value
) -> ConsentReason:
    """`allowed`, or why not. Ask again in the transaction that acts: an earlier answer may be out of date."""
    found = reasons([member], ConsentAddress(purpose, merchant, channel))
    return found.get(member, ConsentReason.NO_CONSENT)
