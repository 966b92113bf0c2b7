"""Companies with a store and a till each, a phone for every complaint, and the officer; a second run finds them."""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from credit.complaints.machine.mapping import SourceComplaint
from credit.complaints.models import CaseFile
from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key
from district.members import queries as people
from district.members import services as members
from district.members.models import Member, User
from district.merchants import queries as places
from district.merchants import services as merchants
from district.merchants.models import Store, Trade, Venue
from district.replay.complaints.dataset import NAME, ComplaintData
from district.replay.complaints.errors import OtherComplaints
from district.replay.receipts.identities import StoreTill
from district.replay.receipts.identity_setup import OPENING
from district.replay.replay_state import ReplayState
from district.wechat.gateway import WechatSession

_SCOPE = f"replay:{NAME}"


@dataclass(frozen=True)
class ComplaintSetup:
    """The till of each company by its name, and the phone and the member of each complaint by its number."""

    officer: User
    tills: Mapping[str, StoreTill]
    phones: Mapping[int, str]
    members: Mapping[int, int]
    number_of_member: Mapping[int, int]


def prepare_replay(
    data: ComplaintData, replay_state: ReplayState, advance: Callable[[], object]
) -> ComplaintSetup:
    """Everybody was there before the data begins. Raises OtherComplaints."""
    with clock.travel_to(OPENING), transaction.atomic():
        officer = _officer()
        tills = {company: _till(company, replay_state, advance) for company in data.companies}
        sessions = {
            complaint.number: _phone(complaint.number, replay_state, advance)
            for complaint in data.complaints
        }
        number_of_member = {member: number for number, (member, _token) in sessions.items()}
        _require_same(data, tills, number_of_member)
    replay_state.save()
    return ComplaintSetup(
        officer=officer,
        tills=tills,
        phones={number: token for number, (_member, token) in sessions.items()},
        members={number: member for member, number in number_of_member.items()},
        number_of_member=number_of_member,
    )


def _officer() -> User:
    """Somebody of the operator who never signs in: the account has no password."""
    username = f"{NAME}-officer"
    user = User.objects.filter(username=username).first() or User.objects.create_staff(username)
    members.make_operator(user=user, by=None)
    return user


def _till(company: str, replay_state: ReplayState, advance: Callable[[], object]) -> StoreTill:
    """A merchant under the charter with one store, and a key of its till."""
    # Names are as the file has them; keys and notes have a form of their own.
    digest = hashlib.sha256(company.encode()).hexdigest()
    merchant = merchants.register_merchant(
        name=company, legal_name=company, by=None, key=Key.of(_SCOPE, f"merchant-{digest}")
    )
    merchants.enrol_merchant(merchant=merchant, by=None, since=OPENING)
    venue, _made = Venue.objects.get_or_create(
        name=NAME, defaults={"kind": Venue.Kind.COMPLEX, "address": NAME}
    )
    trade, _made = Trade.objects.get_or_create(code="replay", defaults={"name": "重放"})
    store = merchants.open_store(
        merchant=merchant,
        venue=venue,
        trade=trade,
        name=company,
        by=None,
        key=Key.of(_SCOPE, f"store-{digest}"),
    )
    kept = replay_state.secret("till", store.pk)
    if kept is None or not _opens(kept, store):
        # A key of chance: what was issued before cannot be shown again.
        issued = merchants.issue_till_key(
            merchant=merchant,
            stores=[store],
            name="重放",
            by=None,
            key=Key.of(_SCOPE, uuid.uuid4().hex),
        )
        kept = str(issued.text)
        replay_state.keep("till", store.pk, kept)
    advance()
    return StoreTill(store=store.public_id, key=kept)


def _phone(
    number: int, replay_state: ReplayState, advance: Callable[[], object]
) -> tuple[int, str]:
    """The member who files a complaint, and a live session: the one kept, or a new one."""
    advance()
    kept = replay_state.secret("phone", number)
    if kept is not None and (member := _signed_in(kept)) is not None:
        return member, kept
    person = WechatSession(openid=f"{NAME}-{number}")
    signed_up: Member = members.sign_up_member(person=person, nickname=f"{number}")
    token = members.open_session(member=signed_up).token
    replay_state.keep("phone", number, token)
    return signed_up.pk, token


def _require_same(
    data: ComplaintData, tills: Mapping[str, StoreTill], number_of_member: Mapping[int, int]
) -> None:
    """Raises OtherComplaints for a complaint that the data do not have, or have otherwise."""
    expected = {complaint.number: complaint for complaint in data.complaints}
    rows = CaseFile.objects.values_list("member", "store__public_id", "filed_at")
    for member, store, filed_at in rows:
        source: SourceComplaint | None = expected.get(number_of_member.get(member, -1))
        if source is None or (tills[source.company].store, source.filed_at) != (store, filed_at):
            raise OtherComplaints(_("数据库中的投诉与数据不符：它们属于另一份数据的重放。"))


def _opens(till_key: str, store: Store) -> bool:
    """Whether a till key kept from an earlier run is still good for the store."""
    try:
        return store.public_id in places.till_for(till_key).stores
    except DomainError:
        return False


def _signed_in(token: str) -> int | None:
    try:
        return people.live_session(token).member_id
    except DomainError:
        return None
