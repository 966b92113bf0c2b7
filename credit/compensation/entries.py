"""The fund's books: each act is an entry whose legs come to nothing, written in the caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass

from credit.compensation.models import FundAccount, FundEntry, FundPosting
from district.kernel import clock
from district.kernel.database.postgres import translate_database_errors
from district.members.models import User
from district.merchants.models import Merchant

Kind = FundAccount.Kind


@dataclass(frozen=True, slots=True)
class AccountName:
    """An account by what it is for; those of merchants have one each."""

    kind: FundAccount.Kind
    merchant: int | None = None


CASH = AccountName(Kind.CASH)
UNDER_WAY = AccountName(Kind.UNDER_WAY)
SETTLEMENT = AccountName(Kind.SETTLEMENT)
SURPLUS = AccountName(Kind.SURPLUS)
LOSSES = AccountName(Kind.LOSSES)


def claims_on(merchant: int) -> AccountName:
    return AccountName(Kind.CLAIMS, merchant)


def contributions_of(merchant: Merchant) -> AccountName:
    return AccountName(Kind.CONTRIBUTIONS, merchant.pk)


def write_entry(
    kind: FundEntry.Kind,
    reference: str,
    legs: Mapping[AccountName, int],
    *,
    by: User | None = None,
    note: str = "",
    reverses: FundEntry | None = None,
) -> FundEntry:
    """Write an entry; legs of nothing are left out. The accounts are locked in the order of their numbers.

    Raises FundEntryRecorded, FundShort.
    """
    accounts = {
        account.pk: (account, fen)
        for account, fen in ((_account(name), fen) for name, fen in legs.items() if fen)
    }
    with translate_database_errors():
        entry = FundEntry.objects.create(
            kind=kind, reference=reference, by=by, note=note, reverses=reverses, at=clock.now()
        )
        for number in sorted(accounts):
            account, fen = accounts[number]
            FundPosting.objects.create(entry=entry, account=account, fen=fen)
    return entry


def _account(name: AccountName) -> FundAccount:
    rows = FundAccount.objects.filter(kind=name.kind)
    rows = (
        rows.filter(merchant=None) if name.merchant is None else rows.filter(merchant=name.merchant)
    )
    account, _made = rows.get_or_create(defaults={"kind": name.kind, "merchant_id": name.merchant})
    return account
