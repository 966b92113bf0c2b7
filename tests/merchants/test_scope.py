import pytest
from django.contrib.auth.models import AnonymousUser, Group

from district.members.models import User
from district.members.operators import OPERATORS
from district.merchants import services as merchants
from district.merchants.models import Clerk, ClerkStore, Merchant, Store, TillKey
from district.merchants.queries import is_operator, live_post, scoped, stores_of
from tests.factories.merchants import allied_store, make_clerk, make_store, till_key_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def sibling(store):
    return make_store(merchant=store.merchant)


@pytest.fixture
def foreign():
    return allied_store()


@pytest.fixture
def owner(store):
    return make_clerk(merchant=store.merchant)


def limited_to(post, *stores):
    for store in stores:
        ClerkStore.objects.create(clerk=post, store=store, merchant=post.merchant)
    return post


def test_an_owner_sees_all_stores_of_the_own_merchant_and_no_other(owner, store, sibling, foreign):
    seen = scoped(Store.objects.all(), user=owner.user, store="pk")

    assert set(seen) == set(stores_of(owner)) == {store, sibling}


def test_a_limited_clerk_sees_the_named_stores_only(store, sibling, foreign):
    post = limited_to(make_clerk(merchant=store.merchant, role=Clerk.Role.CASHIER), store)

    seen = scoped(Store.objects.all(), user=post.user, store="pk")

    assert set(seen) == set(stores_of(post)) == {store}


def test_rows_without_a_store_are_decided_by_the_merchant(store, foreign):
    post = limited_to(make_clerk(merchant=store.merchant), store)

    seen = scoped(Merchant.objects.all(), user=post.user, merchants=["pk"])

    assert list(seen) == [store.merchant]


def test_rows_of_several_stores_are_seen_once(owner, store, sibling, foreign):
    till_key_text(store, sibling)
    till_key_text(foreign)

    seen = scoped(TillKey.objects.all(), user=owner.user)

    assert [key.merchant for key in seen] == [store.merchant]


def test_the_operator_sees_all_by_group_or_as_superuser(store, foreign):
    named, chief = User.objects.create_staff("li"), User.objects.create_superuser("zhao")
    named.groups.add(Group.objects.get_or_create(name=OPERATORS)[0])

    for user in (named, chief):
        assert is_operator(user)
        seen = scoped(Store.objects.all(), user=user, store="pk")
        assert set(seen) == {store, foreign}


def test_nobody_else_sees_anything(owner, store, member):
    merchants.dismiss_clerk(clerk=owner, by=None)
    gone = User.objects.create_superuser("qian")
    gone.is_active = False
    dormant = make_clerk(merchant=store.merchant).user
    dormant.is_active = False

    for user in (owner.user, member.user, gone, dormant, AnonymousUser()):
        assert not is_operator(user)
        assert live_post(user) is None
        assert not scoped(Store.objects.all(), user=user).exists()
    owner.refresh_from_db()
    assert not stores_of(owner).exists()
