"""Two merchants side by side: what belongs to the first must never be seen from the second."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.contrib import admin
from django.db import connection
from django.test import Client

from district.kernel import audit, clock
from district.kernel.models import InboxRow, OutboxRow
from district.members import personal, phones
from district.members import services as members
from district.members.models import Member, User
from district.members.services.make_operator import make_operator
from district.merchants.models import Clerk, Merchant, Store, TillKey
from loyalty import services as loyalty
from loyalty.models import Receipt
from tests.admin.settled_cycle import make_settled_cycle
from tests.contributions import contributed
from tests.factories.loyalty import LONG_AGO
from tests.factories.members import make_member
from tests.factories.merchants import make_hours, make_membership, make_store, till_key_text

PHONE = "+8613812345678"


@dataclass
class MerchantSide:
    """One merchant with everything it can have."""

    merchant: Merchant
    store: Store
    second: Store
    key: TillKey
    clerks: dict[str, Clerk] = field(default_factory=dict)
    receipts: list[Receipt] = field(default_factory=list)

    def client(self, role: str) -> Client:
        return signed_in(self.clerks[role].user)


@dataclass
class TwoMerchants:
    """The district: 甲 and 乙, members who go to both, operators, and the kernel's own rows."""

    first: MerchantSide
    second: MerchantSide
    member: Member
    operator: User
    root: User

    @property
    def sides(self) -> tuple[MerchantSide, MerchantSide]:
        return self.first, self.second


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def make_two_merchants() -> TwoMerchants:
    with connection.cursor() as cursor:
        # Factories act as till 1, whose name must not stand for a key of one of the merchants.
        cursor.execute("select setval('merchants_tillkey_id_seq', 1000)")
    # Without passwords: hashing them takes longer than all the rest.
    root = User.objects.create_superuser("genben", name="系统管理员甲")
    operator = User.objects.create_staff("yunying", name="运营小陈")
    make_operator(user=operator, by=root)
    member = _make_member("甲乙常客", PHONE)
    first, second = _make_side("甲记茶铺"), _make_side("乙家书店")
    two_merchants = TwoMerchants(first, second, member, operator, root)
    for make_admin_rows in contributed("make_admin_rows"):
        make_admin_rows(two_merchants)
    audit.record(verb="find_by_phone", subject=f"members.member:{member.pk}", actor="till:0")
    OutboxRow.objects.create(name="PointsEarned", payload={"transfer": 1})
    InboxRow.objects.create(
        source="银行",
        notice_id="n-1",
        body=b"{}",
        body_digest=sha256(b"{}").digest(),
        verified_with="2026",
        set_aside_at=clock.real_now(),
        last_error="ValueError",
    )
    OutboxRow.objects.create(
        name="PointsSpent",
        payload={},
        set_aside_at=clock.real_now(),
        attempts=8,
        last_error="ValueError",
    )
    members.open_session(member=member)
    make_settled_cycle(first, second, by=(root, operator))
    return two_merchants


def _make_member(nickname: str, phone: str) -> Member:
    member = make_member(nickname)
    member.phone_hash = phones.phone_hash(phone)
    member.phone_sealed = personal.seal(member, "phone", phone)
    member.save()
    return member


def _make_side(name: str) -> MerchantSide:
    store = make_store(name=f"{name}一店")
    merchant = store.merchant
    merchant.name, merchant.legal_name, merchant.contact_phone = (
        name,
        f"{name}有限公司",
        f"0571-{name}",
    )
    merchant.save()
    second = make_store(name=f"{name}二店", merchant=merchant)
    make_membership(merchant=merchant)
    make_hours(store=store)
    loyalty.set_terms(merchant=merchant, earning_terms=loyalty.EarningTerms(), start=LONG_AGO)
    till_key_text(store, second, name=f"{name}收银")
    side = MerchantSide(merchant, store, second, TillKey.objects.get(merchant=merchant))
    for role in Clerk.Role.values:
        user = User.objects.create_staff(f"{role}_{merchant.pk}", name=f"{name}{role}")
        side.clerks[role] = Clerk.objects.create(
            user=user, merchant=merchant, role=role, appointed_at=LONG_AGO
        )
    return side


def table_digests() -> dict[str, tuple[int, str]]:
    """How many rows each table has and a digest of all of them; sessions apart."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select tablename from pg_tables where schemaname = 'public' and tablename <> 'django_session' order by 1"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(
                f"select count(*), md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {name} t"
            )
            found[name] = cursor.fetchone()
    return found


def registered_admins() -> list[tuple[Any, Any]]:
    return sorted(admin.site._registry.items(), key=lambda entry: entry[0]._meta.label)


def label(model: Any) -> str:
    return f"{model._meta.app_label}/{model._meta.model_name}"
