"""What may happen to a store's only till, or to a member, between two receipts."""

from district.kernel import clock
from district.members.models import Member
from district.merchants import services as merchants
from district.merchants.models import TillKey, TillKeyStore


def revoke(store, member):
    merchants.revoke_till_key(till_key=TillKey.objects.get(), by=None)


def end(store, member):
    TillKey.objects.update(expires_at=clock.real_now())


def suspend(store, member):
    merchants.suspend_merchant(merchant=store.merchant, reason="投诉未处理", by=None)


def withdraw(store, member):
    merchants.withdraw_merchant(merchant=store.merchant, at=clock.now(), by=None)


def narrow(store, member):
    TillKeyStore.objects.all().delete()


def close(store, member):
    Member.objects.filter(pk=member.pk).update(closed_at=clock.now())
