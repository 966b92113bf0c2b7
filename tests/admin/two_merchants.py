"""Two merchants side by side: what belongs to the first must never be seen from the second."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db import connection
from django.test import Client

from coupons import services as coupons
from coupons.issuing import services as issuing
from coupons.models import TemplateVersion
from coupons.offline import services as offline
from district.kernel import audit, clock
from district.kernel.idempotency import Key
from district.kernel.models import OutboxRow
from district.members import personal, phones
from district.members import services as members
from district.members.models import Member, User
from district.members.services.make_operator import make_operator
from district.merchants.models import Clerk, Merchant, Store, TillKey
from loyalty import services as loyalty
from loyalty.models import ParkedRefund, Receipt
from loyalty.receipt_batches import services as batches
from tests.admin.points_history import make_points_history
from tests.admin.settled_cycle import make_settled_cycle
from tests.factories.coupons import claim, redeem, reported_bill
from tests.factories.loyalty import LONG_AGO, buy, pay_points, undo
from tests.factories.members import make_member
from tests.factories.merchants import make_hours, make_membership, make_store, till_key_text
from tests.factories.offline import OfflineTill
from tests.receipt_batches.rows import post_all, receipt_row, refund_row
from tests.receipt_photos.photo_steps import confirm, post, purchase, send

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
    _make_postings(member, first, second)
    _make_decisions(member, first, second, by=(root, operator))
    for side in (first, second):
        _make_ceilings(side, by=operator)
        _make_photos(member, side)
        _make_batch(member, side, by=operator)
        _make_issue_job(member, side, _make_campaign(member, side, by=operator), by=operator)
        _make_offline_log(side, by=operator)
    audit.record(verb="find_by_phone", subject=f"members.member:{member.pk}", actor="till:0")
    OutboxRow.objects.create(name="PointsEarned", payload={"transfer": 1})
    OutboxRow.objects.create(
        name="PointsSpent",
        payload={},
        set_aside_at=clock.real_now(),
        attempts=8,
        last_error="ValueError",
    )
    members.open_session(member=member)
    make_settled_cycle(first, second, by=(root, operator))
    return TwoMerchants(first, second, member, operator, root)


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


def _make_postings(member: Member, first: MerchantSide, second: MerchantSide) -> None:
    """Every kind of posting, across both merchants."""
    with clock.travel_to(clock.real_now() - timedelta(days=3)):
        for number, side in enumerate((first, second, first, second)):
            side.receipts.append(
                buy(member, side.store, fen=10_000, no=f"{side.merchant.name}{number}")
            )
        # The oldest points go first: 甲's own and 乙's are both drawn on, at both.
        pay_points(member, second.store, points=150, no=f"{second.merchant.name}付")
        undone = pay_points(member, first.store, points=60, no=f"{first.merchant.name}付")
        undo(undone, first.store)
        undo(
            buy(member, second.store, fen=500, no=f"{second.merchant.name}退").transfer,
            second.store,
        )
    with clock.travel_to(clock.real_now() - timedelta(hours=2)):
        make_points_history(first, second)
    long_ago = clock.real_now() - timedelta(days=800)
    other = make_member("过期的客")
    with clock.travel_to(long_ago):
        buy(other, first.store, fen=3_000, no="甲记旧票")
        buy(other, second.store, fen=3_000, no="乙家旧票")
    loyalty.sweep_accounts()


def _make_decisions(
    member: Member, first: MerchantSide, second: MerchantSide, *, by: tuple[User, User]
) -> None:
    """What people decide: rules, money paid beforehand, adjustments of either merchant, an audit."""
    proposer, decider = by
    loyalty.set_alliance_policy(
        policy=loyalty.AlliancePolicyValues(confirm_from=5_000), start=clock.now(), by=decider
    )
    for side in (first, second):
        name = side.merchant.name
        budget = loyalty.open_budget(
            merchant=side.merchant, fen=50_000, reference=f"{name}汇款", by=decider, key=_key()
        )
        loyalty.withdraw_prefund(
            budget=budget, fen=100, reference=f"{name}退款", by=decider, key=_key()
        )
        for approve in (True, None):
            adjustment = loyalty.propose_adjustment(
                member=member,
                merchant=side.merchant,
                points=5,
                reason=f"{name}补分",
                by=proposer,
                key=_key(),
            )
            if approve:
                loyalty.decide_adjustment(
                    adjustment=adjustment, approve=True, by=decider, key=_key()
                )
    loyalty.run_audit()


def _key() -> Key:
    return Key.of("two_merchants", secrets.token_hex(8))


def _make_ceilings(side: MerchantSide, *, by: User) -> None:
    """Ceilings of the merchant's own, a receipt above them that was refused, and wider ones since."""
    name = side.merchant.name
    with clock.travel_to(clock.real_now() - timedelta(days=1)):
        loyalty.set_ceilings(
            merchant=side.merchant,
            ceilings=loyalty.Ceilings(receipt_points=50),
            start=clock.now(),
            by=by,
        )
        receipt = buy(make_member(f"{name}的大客"), side.store, fen=16_000, no=f"{name}大票")
        loyalty.refuse_earning(review=receipt.review, by=by, key=_key(), note="金额录错")
    with clock.travel_to(clock.real_now() - timedelta(hours=12)):
        loyalty.set_ceilings(
            merchant=side.merchant,
            ceilings=loyalty.Ceilings(merchant_day_points=2_000_000),
            start=clock.now(),
            by=by,
        )


def _make_photos(member: Member, side: MerchantSide) -> None:
    """A photograph that waits, and one that a till's receipt contradicts."""
    clerk, other = side.clerks["cashier"].user, make_member("拍票的客")
    for number in ("P1", "P2"):
        reported = purchase(f"{side.merchant.pk}{number}", 4_200)
        photo = send(member, side.store, reported)
        if number == "P2":
            post(other, side.store, replace(reported, source="till"))
            confirm(photo, clerk)


def _make_batch(member: Member, side: MerchantSide, *, by: User) -> None:
    """A file with a right row, a wrong one and a refund nobody knows, and a day that does not agree."""
    row = receipt_row(side.store, member, no=f"{side.merchant.pk}F1")
    post_all(side.store, [row, "{", refund_row(side.store, f"{side.merchant.pk}X", fen=1)])
    unknown = ParkedRefund.objects.get(receipt_no=f"{side.merchant.pk}X")
    loyalty.dismiss_refund(parked=unknown, note="不是我们的小票", by=by)
    receipts = batches.TillCount(1, 5, [(f"{side.merchant.pk}T", 5)])
    none = batches.TillCount(0, 0)
    batches.reconcile_day(
        store=side.store,
        day=clock.business_day(clock.now()),
        till_totals=batches.DayTotals(receipts, none, none),
        actor="till:0",
        key=_key(),
    )


def _make_campaign(member: Member, side: MerchantSide, *, by: User) -> TemplateVersion:
    """A template of the merchant that is given out, a draft, and a coupon used at its counter."""
    owner = side.clerks["owner"].user
    template = coupons.create_template(
        name=f"{side.merchant.name}满减", merchant=side.merchant, by=owner
    )
    fields = {
        "kind": "cash_off",
        "face_fen": 500,
        "threshold_fen": 2_000,
        "claim_from": LONG_AGO,
        "claim_until": clock.now() + timedelta(days=30),
        "days_from": 0,
        "days": 7,
        "audience": {"granted": "clean_plate"},
    }
    published, draft = (TemplateVersion(template=template, **fields) for _ in range(2))
    for version in (published, draft):
        coupons.save_draft(draft=version, payers=[(None, 5_000)], by=owner)
    coupons.submit_version(version=published, by=owner)
    coupons.approve_version(version=published, by=by)
    coupons.tag_member(
        member=member, tag="clean_plate", merchant=side.merchant, actor="till:0", key=_key()
    )
    held = claim(published, member)
    redeem(held, store=side.store, bill=reported_bill(5_000, no=f"{side.merchant.pk}C1"))
    return TemplateVersion.objects.get(pk=published.pk)


def _make_issue_job(
    member: Member, side: MerchantSide, version: TemplateVersion, *, by: User
) -> None:
    """A coupon given to a list, and a code for it that somebody else sold."""
    issuing.open_issue_job(
        version=version,
        to=f"member\n{member.public_id}\n".encode(),
        name=f"发券{side.merchant.pk}",
        by=by,
        key=_key(),
    )
    issuing.import_codes(
        version=version,
        content=f"code\nSOLD{side.merchant.pk:08}\n".encode(),
        name=f"券码{side.merchant.pk}",
        by=by,
        key=_key(),
    )


def _make_offline_log(side: MerchantSide, *, by: User) -> None:
    """A terminal that took something for a coupon, which was none: the store bears it."""
    terminal = offline.register_terminal(
        store=side.store,
        name=f"{side.merchant.name}离线机",
        allowance_count=5,
        allowance_fen=10_000,
        by=by,
        key=_key(),
    )
    till = OfflineTill(terminal)
    till.scan_wrongly("RUBBISH", no=f"{side.merchant.pk}L1", fen=5_000, discount=500)
    till.upload()


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
