"""Members by what a list or an audience says of them; closed accounts are nobody's."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from coupons.issuing.job_limits import AT_ONCE
from coupons.models import MemberTag
from district.members.models import Member
from district.members.queries import open_members, open_members_by_phone
from district.merchants.models import Merchant
from loyalty import queries as loyalty

ROW_UNREADABLE = "issue_row_unreadable"
MEMBER_UNKNOWN = "issue_member_unknown"
ROW_REPEATED = "issue_row_repeated"
MEMBER_CLOSED = "issue_member_closed"

# A line, its member where there is one, and the code it is refused with or "".
ResolvedLine = tuple[int, int | None, str]
_ID = re.compile(r"mem_[0-9A-Za-z]{22}")
_PHONE = re.compile(r"\+?[0-9 ()-]{5,25}")


def members_of_list(column: str, cells: Sequence[tuple[int, str]]) -> Iterator[ResolvedLine]:
    """What each line of a list means; who stands in it twice is refused the second time."""
    seen: set[int] = set()
    pattern, found_by = (_ID, open_members) if column == "member" else (_PHONE, _by_phone)
    for start in range(0, len(cells), AT_ONCE):
        part = cells[start : start + AT_ONCE]
        known = found_by({text for _line, text in part if pattern.fullmatch(text)})
        for line, text in part:
            member = known.get(text)
            if not pattern.fullmatch(text):
                yield line, None, ROW_UNREADABLE
            elif member is None:
                yield line, None, MEMBER_UNKNOWN
            elif member in seen:
                yield line, member, ROW_REPEATED
            else:
                seen.add(member)
                yield line, member, ""


def _by_phone(numbers: set[str]) -> dict[str, int]:
    return open_members_by_phone(numbers)


def members_with_tag(tag: str, most: int) -> list[int]:
    """Members who bear an operator's tag, at most so many."""
    rows = MemberTag.objects.filter(tag=tag, merchant=None, member__closed_at=None)
    return list(rows.order_by("member_id").values_list("member_id", flat=True)[:most])


def members_who_joined(since: datetime, until: datetime, most: int) -> list[int]:
    """Members who joined from one instant to another, which is excluded; at most so many."""
    rows = Member.objects.open().filter(joined_at__gte=since, joined_at__lt=until)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:most])


def members_who_bought(merchant: Merchant, most: int) -> list[int]:
    """Members with a purchase at a merchant, at most so many."""
    rows = Member.objects.open().filter(pk__in=loyalty.buyers_of(merchant.pk))
    return list(rows.order_by("pk").values_list("pk", flat=True)[:most])
