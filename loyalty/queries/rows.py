"""Rows of the ledger by the names that tills, members and people know them by."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, QuerySet

from district.kernel.errors import NotFound
from district.members.models import Member
from district.members.queries import member_by_public_id
from district.merchants.errors import MemberNotFound
from district.merchants.models import Merchant
from loyalty.models import Hold, ParkedRefund, PointsAccount, Receipt, Refund, Transfer


def member_to_credit(public_id: str) -> Member:
    """The member a till names. Raises MemberNotFound for a closed or unknown one."""
    member = member_by_public_id(public_id)
    if member is None:
        raise MemberNotFound
    return member


def receipts() -> QuerySet[Receipt]:
    """Receipts with all that their answer shows, in one query."""
    return Receipt.objects.select_related("transfer", "store", "account__member", "review")


def surviving_member_of(member: Member) -> Member:
    """Who holds the points of a member today: itself, or the one it was merged into."""
    account = PointsAccount.objects.filter(member=member).first()
    while account is not None and account.merged_into_id is not None:
        member = Member.objects.get(pk=account.merged_into_id)
        account = PointsAccount.objects.get(member=member)
    return member


def bought_at(member: int, merchants: Collection[str]) -> frozenset[str]:
    """At which of these merchants (public ids) a member's purchase is in the ledger, given back or not."""
    receipts = Receipt.objects.filter(account=member, merchant=OuterRef("pk"))
    found = Merchant.objects.filter(Exists(receipts), public_id__in=merchants)
    return frozenset(found.order_by().values_list("public_id", flat=True))


def buyers_of(merchant: int) -> QuerySet[Receipt, int]:
    """The keys of members with a purchase at a merchant in the ledger, given back or not."""
    rows = Receipt.objects.filter(merchant=merchant)
    return rows.order_by().values_list("account_id", flat=True).distinct()


def receipt_of(store: int, receipt_no: str) -> Receipt | None:
    """The receipt of that number at that store: the one that stands, else the one that was undone."""
    rows = receipts().filter(store=store, receipt_no=receipt_no)
    return rows.order_by("freed", "-pk").first()


def refunds() -> QuerySet[Refund]:
    """Refunds with all that their answer shows, in one query."""
    return Refund.objects.select_related("store", "receipt__store", "receipt__account__member")


def parked_refunds() -> QuerySet[ParkedRefund]:
    return ParkedRefund.objects.select_related("store", "receipt_store", "merchant")


def parked_refunds_waiting_for(store: int, receipt_no: str) -> list[ParkedRefund]:
    """Parked refunds that wait for a receipt, the oldest first."""
    waiting = parked_refunds().filter(state=ParkedRefund.State.WAITING)
    return list(waiting.filter(receipt_store=store, receipt_no=receipt_no).order_by("pk"))


def parked_refunds_with_receipt() -> QuerySet[ParkedRefund]:
    """Parked refunds whose receipt is there all the same, the oldest first."""
    receipt = Receipt.objects.filter(
        store=OuterRef("receipt_store"), receipt_no=OuterRef("receipt_no")
    )
    waiting = ParkedRefund.objects.filter(Exists(receipt), state=ParkedRefund.State.WAITING)
    return waiting.order_by("pk")


def holds() -> QuerySet[Hold]:
    """Holds with all that their answer shows, in one query."""
    return Hold.objects.select_related("store", "merchant", "account__member", "spent")


def hold_of_merchant(merchant: int, public_id: str) -> Hold:
    """A hold of this merchant. Raises NotFound for any other, existing or not."""
    hold = holds().filter(merchant=merchant, public_id=public_id).first()
    if hold is None:
        raise NotFound
    return hold


def hold_of_member(member: int, public_id: str) -> Hold:
    """A spending this member is asked to confirm. Raises NotFound for any other, existing or not."""
    confirmations = holds().filter(account=member, purpose=Hold.Purpose.CONFIRM)
    hold = confirmations.filter(public_id=public_id).first()
    if hold is None:
        raise NotFound
    return hold


def spendings_to_confirm(member: int) -> QuerySet[Hold]:
    """What the member is asked on the phone, the newest first, answered or not."""
    return holds().filter(account=member, purpose=Hold.Purpose.CONFIRM).order_by("-pk")


def transfer_of_merchant(merchant: int, public_id: str) -> Transfer:
    """A transfer this merchant took part in. Raises NotFound for any other, existing or not."""
    transfer = Transfer.objects.filter(merchant=merchant, public_id=public_id).first()
    if transfer is None:
        raise NotFound
    return transfer
