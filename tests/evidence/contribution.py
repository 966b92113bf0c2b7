"""What the cross-cutting tests need to know of evidence files; see tests/contributions.py."""

from functools import partial
from typing import Any

from schemathesis.transport.serialization import Binary

from credit.evidence import services as evidence
from credit.evidence.intake import take_in
from credit.evidence.models import EvidenceFile
from credit.evidence.queries import link_for
from credit.evidence.values import Side
from district.members.models import Member
from tests.contributions import AimedRequests, RightRequests, StoreVisit
from tests.evidence.files import jpeg
from tests.factories.loyalty import fresh_key
from tests.factories.members import make_member

_FILE = "/api/v1/me/evidence/{file}"
_WITHDRAW = f"{_FILE}/withdraw"
_CONTENT = "/api/v1/me/evidence/content/{link}"


def right_requests(store_visit: StoreVisit) -> RightRequests:
    member = store_visit.member
    return RightRequests(
        ids={
            _FILE: partial(_file_id, member),
            _WITHDRAW: partial(_file_id, member),
            _CONTENT: partial(_link, member),
        }
    )


def aimed_requests(store_visit: StoreVisit) -> AimedRequests:
    member, picture = store_visit.member, Binary(jpeg())
    return AimedRequests(
        fresh={"POST /api/v1/me/evidence": {"file": lambda: picture}},
        named={
            _FILE: lambda: {"file": _file_id(member)},
            _WITHDRAW: lambda: {"file": _file_id(member)},
            _CONTENT: lambda: {"link": _link(member)},
        },
    )


def make_admin_rows(two_merchants: Any) -> None:
    """A file that waits for a person and was looked at."""
    file = _hand_in(make_member("举证的客"))
    link = link_for(file, two_merchants.operator, Side.OFFICER)
    evidence.open_file(token=link.token, viewer=two_merchants.operator)


def _hand_in(member: Member) -> EvidenceFile:
    """Of another member who became this one: nobody has more than nine at once."""
    return evidence.store_file(
        owner=member.user, side=Side.SHOPPER, received=take_in([jpeg()]), key=fresh_key()
    )


def _file_id(member: Member) -> str:
    return _of(member).public_id


def _of(member: Member) -> EvidenceFile:
    other = make_member()
    file = _hand_in(other)
    evidence.move_files(source=other.pk, into=member.pk)
    file.refresh_from_db()
    return file


def _link(member: Member) -> str:
    link = link_for(_of(member), member.user, Side.SHOPPER)
    assert link is not None
    return link.token
