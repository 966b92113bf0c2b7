"""Creates the replay's merchants, tills and members through the verbs of the district; a second run finds them."""

import uuid
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key
from district.members import queries as people
from district.members import services as members
from district.members.models import Member, ShopperSession
from district.merchants import queries as places
from district.merchants import services as merchants
from district.merchants.errors import MerchantSuspended, TillKeyInvalid
from district.merchants.models import Store, Trade, Venue
from district.replay.receipts.dataset import DataSet
from district.replay.receipts.identities import MemberPhone, ReplayIdentities, StoreTill
from district.replay.replay_state import ReplayState
from district.wechat.gateway import WechatSession
from loyalty import services as loyalty
from loyalty.services.set_terms import EarningTerms

# Before any data set begins, and the same for every cut of it.
OPENING = datetime(2000, 1, 1, tzinfo=clock.SHANGHAI)
# A till of a data set stands for all tills of a chain: what happened is posted as it happened.
WITHOUT_CEILINGS = loyalty.AlliancePolicyValues(
    confirm_from=None,
    receipt_ceiling_points=None,
    member_day_ceiling_points=None,
    key_day_ceiling_points=None,
    merchant_day_ceiling_points=None,
)
EARNING_TERMS = EarningTerms(
    earn_points=1, earn_per_fen=100, price_milli_fen=1000, validity_months=36
)


class IdentitySetup:
    """Hires for one data set: a merchant of one store for each store, a session for each member."""

    def __init__(
        self, dataset: DataSet, replay_state: ReplayState, on_event: Callable[[], object]
    ) -> None:
        self._dataset = dataset
        self._replay_state = replay_state
        self._on_event = on_event

    def assemble(self) -> ReplayIdentities:
        """A till for every store and a phone for every member of the data set.

        Everybody was there before the data begins. One transaction: all of it, or nothing.
        """
        with clock.travel_to(OPENING), transaction.atomic():
            loyalty.set_alliance_policy(policy=WITHOUT_CEILINGS, start=OPENING)
            stores = self._open_stores()
            tills = {number: self._till(number, store) for number, store in stores.items()}
            sessions = {number: self._session(number) for number in self._dataset.journeys}
        self._replay_state.save()
        return ReplayIdentities(
            tills=tills,
            phones={
                number: MemberPhone(member=member.public_id, token=token)
                for number, (member, token) in sessions.items()
            },
            number_of_merchant={store.merchant_id: number for number, store in stores.items()},
            number_of_member={member.pk: number for number, (member, _t) in sessions.items()},
        )

    def _open_stores(self) -> dict[int, Store]:
        name = self._dataset.format
        venue, _made = Venue.objects.get_or_create(
            name=name, defaults={"kind": Venue.Kind.COMPLEX, "address": name}
        )
        trade, _made = Trade.objects.get_or_create(code="replay", defaults={"name": "重放"})
        return {number: self._open_store(number, venue, trade) for number in self._dataset.stores}

    def _open_store(self, number: int, venue: Venue, trade: Trade) -> Store:
        name = f"{self._dataset.format} {number}"
        merchant = merchants.register_merchant(
            name=name, legal_name=name, by=None, key=self._key("merchant", number)
        )
        merchants.enrol_merchant(merchant=merchant, by=None, since=OPENING)
        loyalty.set_terms(merchant=merchant, earning_terms=EARNING_TERMS, start=OPENING)
        self._on_event()
        key = self._key("store", number)
        return merchants.open_store(
            merchant=merchant, venue=venue, trade=trade, name=name, by=None, key=key
        )

    def _till(self, number: int, store: Store) -> StoreTill:
        kept = self._replay_state.secret("till", number)
        if kept is None or not _opens(kept, store):
            # A key of chance: what was issued before cannot be shown again.
            issued = merchants.issue_till_key(
                merchant=store.merchant,
                stores=[store],
                name="重放",
                by=None,
                key=Key.of(self._scope, uuid.uuid4().hex),
            )
            kept = str(issued.text)
            self._replay_state.keep("till", number, kept)
        return StoreTill(store=store.public_id, key=kept)

    def _session(self, number: int) -> tuple[Member, str]:
        """The member of this number and a live session: the one kept, or a new one after signing in."""
        self._on_event()
        kept = self._replay_state.secret("phone", number)
        if kept is not None and (session := _live_session(kept)) is not None:
            return session.member, kept
        person = WechatSession(openid=f"{self._dataset.format}-{number}")
        member = members.sign_up_member(person=person, nickname=f"{number}")
        token = members.open_session(member=member).token
        self._replay_state.keep("phone", number, token)
        return member, token

    @property
    def _scope(self) -> str:
        return f"replay:{self._dataset.format}"

    def _key(self, kind: str, number: int) -> Key:
        return Key.of(self._scope, f"{kind}-{number}")


def _opens(till_key: str, store: Store) -> bool:
    """Whether a till key kept from an earlier run is still good for the store."""
    try:
        return store.public_id in places.till_for(till_key).stores
    except TillKeyInvalid:
        return False
    except MerchantSuspended:
        # A new key would open no more than this one.
        return True


def _live_session(token: str) -> ShopperSession | None:
    try:
        return people.live_session(token)
    except DomainError:
        return None
