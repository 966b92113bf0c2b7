"""Links to a file: signed, for ten minutes, for one person; and one for WeChat's content check."""

from dataclasses import dataclass
from datetime import datetime

from credit.evidence.errors import EvidenceLinkExpired, EvidenceLinkNotYours
from credit.evidence.limits import CHECK_PATIENCE, LINK_LIFETIME
from credit.evidence.models import EvidenceFile
from district.kernel.errors import NotFound, TokenExpired, TokenInvalid
from district.kernel.security import tokens
from district.members.models import User

_VIEW, _CHECK = "evidence view", "evidence content check"
_NUMBER = 8
# Behind the two numbers: whether the person looks at it as the other party.
_AS_PARTY, _AS_OWN = b"\x01", b"\x00"


@dataclass(frozen=True, slots=True)
class EvidenceLink:
    """What opens a file until an instant; an address ends in it."""

    token: str
    until: datetime


def view_link(file: EvidenceFile, viewer: User, *, as_party: bool, at: datetime) -> EvidenceLink:
    """For this person alone. `as_party`: only as long as the file is open to the parties."""
    payload = _number(file.pk) + _number(viewer.pk) + (_AS_PARTY if as_party else _AS_OWN)
    return EvidenceLink(
        tokens.sign(purpose=_VIEW, payload=payload, at=at, lifetime=LINK_LIFETIME),
        at + LINK_LIFETIME,
    )


def check_link(file: EvidenceFile, *, at: datetime) -> str:
    """What WeChat fetches the picture by."""
    return tokens.sign(purpose=_CHECK, payload=_number(file.pk), at=at, lifetime=CHECK_PATIENCE)


def opened_view_link(token: str, viewer: User, *, at: datetime) -> tuple[int, bool]:
    """The file's number, and whether as a party. Raises EvidenceLinkExpired, EvidenceLinkNotYours, NotFound."""
    payload = _opened(_VIEW, token, at)
    file, person, as_party = payload[:_NUMBER], payload[_NUMBER:-1], payload[-1:]
    if person != _number(viewer.pk):
        raise EvidenceLinkNotYours
    return int.from_bytes(file), as_party == _AS_PARTY


def opened_check_link(token: str, *, at: datetime) -> int:
    """The file's number. Raises EvidenceLinkExpired, NotFound."""
    return int.from_bytes(_opened(_CHECK, token, at))


def _opened(purpose: str, token: str, at: datetime) -> bytes:
    try:
        return tokens.open_token(purpose=purpose, text=token, at=at)
    except TokenInvalid:
        raise NotFound from None
    except TokenExpired:
        raise EvidenceLinkExpired from None


def _number(pk: int) -> bytes:
    return pk.to_bytes(_NUMBER)
