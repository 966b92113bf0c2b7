"""What a till's posting call asks of the till itself, taken away; see test_protections_of_points.py."""

from district.kernel import clock
from district.members.models import Member
from district.merchants import services as merchants
from district.merchants.models import TillKey, TillKeyStore
from district.merchants.queries import remembered_till, till_for
from loyalty import services as loyalty
from loyalty.models import Receipt
from loyalty.values import ReportedPurchase
from tests.factories.loyalty import fresh_key, make_earning_store
from tests.factories.members import make_member
from tests.factories.merchants import till_key_text
from tests.mutations.invariant_tests import (
    attempt,
    test_each_protection_holds_alone,  # noqa: F401 - collected here
    test_with_every_protection_the_promise_holds,  # noqa: F401
    test_without_any_protection_the_race_breaks_the_promise,  # noqa: F401
)
from tests.mutations.protections import Protection, rewrite_functions
from tests.race import race

TILL = "district/merchants/sql/till_may_act.sql"
EARN = "loyalty/sql/earn_at_till.sql"


class StoppedBeforeTheCall:
    """What is committed, over another connection, before a remembered till's posting call stops its receipt."""

    def stop(self, store, member):
        raise NotImplementedError

    def holds_under_attack(self):
        member, store = make_member(), make_earning_store()
        text = till_key_text(store)
        till_for(text)
        till = remembered_till(text)
        race(lambda: self.stop(store, member))
        purchase = ReportedPurchase(
            receipt_no="B-1", paid_fen=700, paid_at=clock.now(), source="till"
        )
        attempt(
            lambda: loyalty.earn_points_at_till(
                till=till,
                store=store.public_id,
                member=member.public_id,
                purchase=purchase,
                key=fresh_key(),
            )
        )
        return not Receipt.objects.filter(account=member.pk).exists()


class RevokedKey(StoppedBeforeTheCall):
    protections = (
        Protection(
            "the call asks whether the key was revoked",
            rewrite_functions(TILL, ("till.revoked_at is null", "true")),
        ),
    )

    def stop(self, store, member):
        merchants.revoke_till_key(till_key=TillKey.objects.get(scope__store=store), by=None)


class EndedKey(StoppedBeforeTheCall):
    protections = (
        Protection(
            "the call asks until when the key lives",
            rewrite_functions(TILL, ("till.expires_at > p_real_at", "true")),
        ),
    )

    def stop(self, store, member):
        TillKey.objects.filter(scope__store=store).update(expires_at=clock.real_now())


class SuspendedMerchant(StoppedBeforeTheCall):
    protections = (
        Protection(
            "the call asks whether the merchant is suspended",
            rewrite_functions(TILL, ("merchant.state <> 'suspended'", "true")),
        ),
    )

    def stop(self, store, member):
        merchants.suspend_merchant(merchant=store.merchant, reason="投诉未处理", by=None)


class LeftTheAlliance(StoppedBeforeTheCall):
    protections = (
        Protection(
            "the call asks whether the merchant is in the alliance",
            rewrite_functions(TILL, ("and member.period @> p_at", "")),
        ),
    )

    def stop(self, store, member):
        merchants.withdraw_merchant(merchant=store.merchant, at=clock.now(), by=None)


class StoreTakenFromTheKey(StoppedBeforeTheCall):
    protections = (
        Protection(
            "the call asks for the store among the key's",
            rewrite_functions(
                TILL,
                ("join merchants_tillkeystore scope on scope.till_key_id = till.id\n", "\n"),
                ("and scope.store_id = p_store\n", "\n"),
            ),
        ),
    )

    def stop(self, store, member):
        TillKeyStore.objects.filter(store=store).delete()


class ClosedMember(StoppedBeforeTheCall):
    protections = (
        Protection(
            "the call asks for an open member",
            rewrite_functions(EARN, (" and closed_at is null", "")),
        ),
    )

    def stop(self, store, member):
        Member.objects.filter(pk=member.pk).update(closed_at=clock.now())


INVARIANTS = [
    RevokedKey,
    EndedKey,
    SuspendedMerchant,
    LeftTheAlliance,
    StoreTakenFromTheKey,
    ClosedMember,
]
