import pytest

from district.kernel.models import AuditLine
from district.members.models import User
from district.merchants import services as merchants
from district.merchants.errors import ClerkAlreadyPosted, NotStaff, StoreNotYours
from district.merchants.models import Clerk
from tests.factories.merchants import make_merchant, make_store

pytestmark = pytest.mark.django_db


@pytest.fixture
def wang():
    return User.objects.create_staff("wang")


def test_a_person_gets_a_post_limited_to_stores(wang):
    store = make_store()

    post = merchants.appoint_clerk(
        user=wang, merchant=store.merchant, role=Clerk.Role.CASHIER, stores=[store], by=None
    )

    assert list(post.stores.all()) == [store]
    assert AuditLine.objects.get().facts == {
        "user": wang.pk,
        "merchant": store.merchant.pk,
        "role": "cashier",
        "stores": [store.pk],
    }


def test_the_same_post_again_stays_as_it_is(wang):
    merchant = make_merchant()
    first = merchants.appoint_clerk(user=wang, merchant=merchant, role=Clerk.Role.OWNER, by=None)

    again = merchants.appoint_clerk(user=wang, merchant=merchant, role=Clerk.Role.OWNER, by=None)

    assert again == first
    assert AuditLine.objects.count() == 1


def test_a_second_post_waits_until_the_first_has_ended(wang):
    first = merchants.appoint_clerk(
        user=wang, merchant=make_merchant(), role=Clerk.Role.OWNER, by=None
    )

    with pytest.raises(ClerkAlreadyPosted):
        merchants.appoint_clerk(user=wang, merchant=make_merchant(), role=Clerk.Role.OWNER, by=None)
    with pytest.raises(ClerkAlreadyPosted):
        merchants.appoint_clerk(
            user=wang, merchant=first.merchant, role=Clerk.Role.CASHIER, by=None
        )
    merchants.dismiss_clerk(clerk=first, by=None)
    second = merchants.appoint_clerk(
        user=wang, merchant=first.merchant, role=Clerk.Role.CASHIER, by=None
    )

    assert list(Clerk.objects.filter(ended_at=None)) == [second]


def test_a_shopper_is_no_clerk(member):
    with pytest.raises(NotStaff):
        merchants.appoint_clerk(
            user=member.user, merchant=make_merchant(), role=Clerk.Role.CASHIER, by=None
        )

    assert not Clerk.objects.exists()


def test_a_foreign_store_is_refused(wang):
    with pytest.raises(StoreNotYours):
        merchants.appoint_clerk(
            user=wang,
            merchant=make_merchant(),
            role=Clerk.Role.CASHIER,
            stores=[make_store()],
            by=None,
        )

    assert not Clerk.objects.exists()


def test_a_post_ends_once(wang):
    post = merchants.appoint_clerk(
        user=wang, merchant=make_merchant(), role=Clerk.Role.OWNER, by=None
    )

    first = merchants.dismiss_clerk(clerk=post, by=wang)
    again = merchants.dismiss_clerk(clerk=post, by=wang)

    assert again.ended_at == first.ended_at
    line = AuditLine.objects.get(verb="dismiss_clerk")
    assert line.actor == f"user:{wang.pk}"
