"""Which text holds, and whether an app may ask."""

from datetime import datetime

from django.db.models import Q, QuerySet

from district.consent.models import CurrentConsent, NoticeVersion
from district.consent.queries.permission import reasons
from district.consent.values import ConsentAddress, ConsentState
from district.kernel import clock
from district.kernel.errors import NotFound

# The language of a text where there is none in the one that was asked for.
DEFAULT_LOCALE = "zh-Hans"


def current_notices(at: datetime) -> "QuerySet[NoticeVersion]":
    """The released texts in force at the instant: of each purpose, channel and language the newest."""
    released = NoticeVersion.objects.filter(
        state=NoticeVersion.State.APPROVED, effective_from__lte=at
    )
    newest = released.order_by("purpose_id", "channel", "locale", "-version")
    return newest.distinct("purpose_id", "channel", "locale").select_related("purpose")


def notices_in_force(locale: str = DEFAULT_LOCALE) -> dict[tuple[str, str], NoticeVersion]:
    """By purpose and channel, the text in force now in a language, or else in Chinese.

    A text that a later major version in another language has overtaken is none: a yes to it would be stale at once.
    """
    rows = [row for row in current_notices(clock.now()) if row.major is not None]
    majors: dict[tuple[int, str], int] = {}
    for row in rows:
        place = (row.purpose_id, row.channel)
        majors[place] = max(majors.get(place, 0), row.major or 0)
    newest = [row for row in rows if row.major == majors[row.purpose_id, row.channel]]
    # Those of the language that was asked for come last, and stay.
    fitting = [row for row in newest if row.locale in {DEFAULT_LOCALE, locale}]
    return {
        (row.purpose.key, row.channel): row
        for row in sorted(fitting, key=lambda row: row.locale == locale)
    }


def current_notice(
    purpose: str, channel: str, locale: str = DEFAULT_LOCALE
) -> NoticeVersion | None:
    """The one of a purpose and channel; None where nothing is released."""
    return notices_in_force(locale).get((purpose, channel))


def released_notice(public_id: str) -> NoticeVersion:
    """A text that was ever released, in force or not: who agreed to it may read it again. Raises NotFound."""
    rows = NoticeVersion.objects.filter(state=NoticeVersion.State.APPROVED)
    row = rows.select_related("purpose").filter(public_id=public_id).first()
    if row is None:
        raise NotFound
    return row


def may_ask(member: int, address: ConsentAddress) -> bool:
    """Whether an app may ask the member by itself: not what is granted on a text in force, not within 90 days of a
    denial, no minor where minors cannot say yes. What the member opens by itself may always be set."""
    at = clock.now()
    rows = CurrentConsent.objects.filter(
        subject__member=member,
        purpose__key=address.purpose,
        merchant=address.merchant,
        channel=address.channel,
    )
    if rows.filter(Q(state=ConsentState.DENIED, ask_again_at__gt=at)).exists():
        return False
    return reasons([member], address).get(member) not in (None, "allowed", "minor")
