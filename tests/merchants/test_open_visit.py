from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from district.kernel import clock
from district.kernel.errors import KeyReused, TokenExpired, TokenInvalid, TokenUsed
from district.kernel.models import Idem
from district.kernel.security.crypto import lookup_hash
from district.members.models import CardCodeUse
from district.members.services.card_code import issue_card_code
from district.merchants import services as merchants
from district.merchants.errors import (
    StoreIsClosed,
    StoreNotInAlliance,
    StoreNotYours,
    VisitElsewhere,
    VisitOver,
    VisitUnknown,
)
from district.merchants.models import Store, Visit
from district.merchants.queries import require_live, till_for, visit_at
from tests.factories.merchants import (
    allied_store,
    make_store,
    till_key_text,
    till_of,
    visit_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(member):
    return issue_card_code(member=member).code


def live_visit(opened, till, store):
    visit = visit_at(visit_token=opened.token, till=till, store=store)
    require_live(visit)
    return visit


def test_a_card_code_opens_a_visit_of_ten_minutes(till, store, member, code, key):
    now = clock.real_now()
    with time_machine.travel(now, tick=False):
        opened = merchants.open_visit(till=till, store=store, code=code, key=key("k1"))

    visit = Visit.objects.get()
    assert (visit.member, visit.store, visit.till_key_id) == (member, store, till.key_id)
    assert (visit.opened_at, visit.expires_at) == (now, now + timedelta(minutes=10))
    with time_machine.travel(now + timedelta(minutes=10, microseconds=-1), tick=False):
        assert live_visit(opened, till, store) == visit
    with time_machine.travel(now + timedelta(minutes=10), tick=False), pytest.raises(VisitOver):
        live_visit(opened, till, store)


def test_the_token_is_nowhere_in_the_table_and_needs_the_pepper(till, store, member, settings):
    opened = visit_of(member, till, store)

    raw = b"".join(bytes(part) for part in Visit.objects.values_list("seed", "token_hash").get())
    assert opened.token.encode() not in raw
    assert len(opened.token) == len("vis_") + 43
    seed = bytes(Visit.objects.get().seed).hex()
    before = lookup_hash("visit", seed)
    settings.PEPPER = b"q" * 32
    assert lookup_hash("visit", seed) != before


def test_the_same_key_and_code_give_the_same_visit_and_the_same_token(till, store, code, key):
    first = merchants.open_visit(till=till, store=store, code=code, key=key("k1", code=code))

    with time_machine.travel(clock.real_now() + timedelta(hours=1), tick=False):
        again = merchants.open_visit(till=till, store=store, code=code, key=key("k1", code=code))

    assert again == first
    assert Visit.objects.count() == CardCodeUse.objects.count() == 1


def test_another_code_under_the_same_key_is_refused_and_stays_unused(
    till, store, member, code, key
):
    merchants.open_visit(till=till, store=store, code=code, key=key("k1", code=code))
    fresh = issue_card_code(member=member).code

    with pytest.raises(KeyReused):
        merchants.open_visit(till=till, store=store, code=fresh, key=key("k1", code=fresh))

    assert Visit.objects.count() == CardCodeUse.objects.count() == 1


def test_a_code_is_used_once_and_the_refused_key_stays_free(till, store, code, key):
    merchants.open_visit(till=till, store=store, code=code, key=key("k1"))

    with pytest.raises(TokenUsed):
        merchants.open_visit(till=till, store=store, code=code, key=key("k2"))

    assert Visit.objects.count() == 1
    assert not Idem.objects.filter(key="k2").exists()


def test_an_expired_and_a_forged_code_open_nothing(till, store, code, key):
    with (
        time_machine.travel(clock.real_now() + timedelta(seconds=31), tick=False),
        pytest.raises(TokenExpired),
    ):
        merchants.open_visit(till=till, store=store, code=code, key=key("k1"))
    for forged in (code[:-1], code[:-8], "A" * len(code), "", "会员码"):
        with pytest.raises(TokenInvalid):
            merchants.open_visit(till=till, store=store, code=forged, key=key("k1"))

    assert not Visit.objects.exists()
    assert not Idem.objects.filter(scope="test", key="k1").exists()


def test_a_closed_store_opens_no_visit_and_leaves_the_code(store, code, key):
    text = till_key_text(store)
    merchants.close_store(store=store, by=None)
    till = till_for(text)

    with pytest.raises(StoreIsClosed):
        merchants.open_visit(till=till, store=till.store(store.public_id), code=code, key=key("k1"))

    assert not CardCodeUse.objects.exists()


def test_a_merchant_outside_the_alliance_opens_no_visit(code, key):
    store = make_store()

    with pytest.raises(StoreNotInAlliance):
        merchants.open_visit(till=till_of(store), store=store, code=code, key=key("k1"))

    assert not CardCodeUse.objects.exists()


def test_a_replay_moves_the_alliance_but_not_the_visit(member):
    then = datetime(2011, 6, 1, tzinfo=UTC)
    store = make_store()
    merchants.enrol_merchant(
        merchant=store.merchant, since=then - timedelta(1), until=then + timedelta(1), by=None
    )
    text, now = till_key_text(store), clock.real_now()

    assert not till_for(text).in_alliance
    with time_machine.travel(now, tick=False), clock.travel_to(then):
        till = till_for(text)
        visit = visit_of(member, till, till.alliance_store(store.public_id)).visit

    assert visit.opened_at == now


def test_a_visit_is_good_in_its_store_only(till, store, member):
    opened, other = visit_of(member, till, store), allied_store()
    sibling = make_store(merchant=store.merchant)

    with pytest.raises(VisitElsewhere):
        live_visit(opened, till_of(other), other)
    with pytest.raises(VisitElsewhere):
        live_visit(opened, till_of(store, sibling), sibling)
    with pytest.raises(StoreNotYours):
        live_visit(opened, till_of(sibling), store)


def test_a_visit_ends_with_the_membership(till, store, member):
    opened = visit_of(member, till, store)
    member.closed_at = clock.now()
    member.save()

    with pytest.raises(VisitOver):
        live_visit(opened, till, store)


def test_another_till_of_the_same_store_may_go_on(till, store, member):
    opened = visit_of(member, till, store)

    visit = live_visit(opened, till_of(store), store)

    assert visit.member == member


def test_an_unknown_token_is_refused(till, store):
    for token in ("", "vis_", "vis_" + "0" * 43, "到店"):
        with pytest.raises(VisitUnknown):
            visit_at(visit_token=token, till=till, store=store)


def test_a_visit_comes_with_its_member_and_store_in_one_query(
    till, store, member, django_assert_num_queries
):
    opened = visit_of(member, till, store)

    with django_assert_num_queries(1):
        visit = live_visit(opened, till, Store(pk=store.pk, public_id=store.public_id))
        assert (visit.member.public_id, visit.store.public_id) == (
            member.public_id,
            store.public_id,
        )
