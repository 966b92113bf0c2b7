"""Which text holds, and whether an app may ask."""

from datetime import datetime

from django.db.models import Q, QuerySet

from district.consent.models import CurrentConsent, NoticeVersion
from district.consent.queries.permission import reasons
from district.consent.values import ConsentAddress, ConsentState
from district.kernel import clock

# The language of a text where there is none in the one that was asked for.
DEFAULT_LOCALE = "zh-Hans"


def current_notices(at: datetime) -> "QuerySet[NoticeVersion]":
    """The released texts in force at the instant: of each purpose, channel and language the newest."""
    released = NoticeVersion.objects.filter(
        state=NoticeVersion.State.APPROVED, effective_from__lte=at
    )
    newest = released.order_by("purpose_id", "channel", "locale", "-version")
    return newest.distinct("purpose_id", "channel", "locale").select_related("purpose")


def current_notice(
    purpose: str, channel: str, locale: str = DEFAULT_LOCALE
) -> NoticeVersion | None:
    """The text in force now in a language, or else in Chinese; None where nothing is released.

    A text that a later major version in another language has overtaken is none: a yes to it would be stale at once.
    """
    rows = [
        row
        for row in current_notices(clock.now()).filter(purpose__key=purpose, channel=channel)
        if row.major is not None
    ]
    newest_major = max((row.major or 0 for row in rows), default=0)
    by_locale = {row.locale: row for row in rows if row.major == newest_major}
    return by_locale.get(locale) or by_locale.get(DEFAULT_LOCALE)


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
