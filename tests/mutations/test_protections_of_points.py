"""Each protection of an invariant holds alone; with all of them gone, the race breaks it.

A race that passes proves nothing unless it fails without the protections, and a second one proves
nothing unless it holds without the first. So every invariant is attacked with one protection left
at a time, and at last with none.
"""

import secrets

from district.members.models import WechatIdentity
from district.members.services import issue_card_code, sign_up_member
from district.merchants.models import Visit
from district.merchants.services import open_visit
from district.wechat.gateway import WechatSession
from loyalty.models import PointsAccount, Receipt, Restore, Transfer
from tests.factories.loyalty import (
    buy,
    fresh_key,
    make_earning_store,
    pay_points,
    remove_ceilings,
    undo,
)
from tests.factories.members import make_member
from tests.factories.merchants import till_of
from tests.mutations.invariant_tests import (
    CALLERS,
    attempt,
    test_each_protection_holds_alone,  # noqa: F401 - collected here
    test_with_every_protection_the_promise_holds,  # noqa: F401
    test_without_any_protection_the_race_breaks_the_promise,  # noqa: F401
)
from tests.mutations.protections import Protection, drop_constraint, rewrite_functions
from tests.race import race

MOVE = "loyalty/sql/account.sql"
DRAW = "loyalty/sql/draw_lots.sql"
EARN = "loyalty/sql/earn.sql"
REVERSE = "loyalty/sql/reverse.sql"
CLAIM = "district/kernel/sql/claim.sql"


class Overdraft:
    """Of many spendings of a whole wallet, one is posted."""

    protections = (
        Protection(
            "the balance is checked while its row is locked",
            rewrite_functions(
                MOVE,
                ("and available + p_available >= 0 and debt = 0", ""),
                ("if v_account.available + p_available < 0 then return null; end if;", ""),
            ),
        ),
        Protection(
            "no balance below zero",
            drop_constraint("loyalty_pointsaccount", "account_not_overdrawn")
            + drop_constraint("loyalty_transfer", "transfer_fits_its_kind"),
        ),
        Protection(
            "lots must cover what is drawn",
            rewrite_functions(DRAW, ("if v_left > 0 then", "if false then")),
        ),
    )

    def holds_under_attack(self):
        member, store = make_member(), make_earning_store()
        buy(member, store, fen=10_000)
        race(*[lambda: attempt(lambda: pay_points(member, store, points=100))] * CALLERS)
        return Transfer.objects.filter(account=member.pk, kind="spend").count() == 1


class OneKeyOnce:
    """Of many spendings with one key and one request number, one is posted."""

    protections = (
        Protection(
            "a key is claimed once",
            rewrite_functions(CLAIM, ("if found then return null; end if;", "return null;")),
        ),
        Protection(
            "a request number is posted once",
            drop_constraint("loyalty_transfer", "transfer_once_per_request_number"),
        ),
    )

    def holds_under_attack(self):
        member, store, key = make_member(), make_earning_store(), fresh_key()
        buy(member, store, fen=100_000)
        race(
            *[lambda: attempt(lambda: pay_points(member, store, points=10, no="P-1", key=key))]
            * CALLERS
        )
        return Transfer.objects.filter(account=member.pk, kind="spend").count() == 1


class OneReceiptOnce:
    """Of many postings of one receipt with one key, one earns."""

    protections = (
        Protection(
            "a key is claimed once",
            rewrite_functions(CLAIM, ("if found then return null; end if;", "return null;")),
        ),
        Protection(
            "a receipt number is posted once",
            drop_constraint("loyalty_receipt", "receipt_once_per_number"),
        ),
        Protection(
            "a bill earns once",
            drop_constraint("loyalty_receipt", "receipt_once_per_purchase"),
        ),
    )

    def holds_under_attack(self):
        member, store, key = make_member(), make_earning_store(), fresh_key()
        race(*[lambda: attempt(lambda: buy(member, store, fen=700, no="B-1", key=key))] * CALLERS)
        return Receipt.objects.filter(account=member.pk).count() == 1


class OneReversal:
    """Of many reversals of one spending, one gives the points back."""

    protections = (
        Protection(
            "what was given back is asked under the account's lock, in all and of each draw",
            rewrite_functions(
                REVERSE,
                ("and kind in ('reverse_spend', 'return_spend')", "and false"),
                ("loyalty_restore where draw_id = draw.id", "loyalty_restore where false"),
            ),
        ),
        Protection(
            "a transfer is reversed once",
            drop_constraint("loyalty_transfer", "transfer_reversed_once"),
        ),
        Protection(
            "pieces given back of a draw follow one another",
            drop_constraint("loyalty_restore", "restore_one_after_another"),
        ),
        Protection(
            "a lot never holds more than was granted",
            drop_constraint("loyalty_lot", "lot_never_overdrawn"),
        ),
    )

    def holds_under_attack(self):
        member, store = make_member(), make_earning_store()
        buy(member, store, fen=10_000)
        spent = pay_points(member, store, points=100)
        race(*[lambda: attempt(lambda: undo(spent, store))] * CALLERS)
        return Restore.objects.filter(draw__transfer=spent).count() == 1


class GaplessStatement:
    """Postings side by side number a member's statement without a gap and lose no update."""

    protections = (
        Protection(
            "the balance and its number change under the row's own lock",
            rewrite_functions(
                MOVE,
                (
                    "    update loyalty_pointsaccount\n"
                    "        set available = available + p_available, pending = pending + p_pending,\n"
                    "            held = held + p_held, seq = seq + 1,",
                    "    select * into v_account from loyalty_pointsaccount where member_id = p_member;\n"
                    "    perform pg_sleep(0.01);\n"
                    "    update loyalty_pointsaccount\n"
                    "        set available = v_account.available + p_available,\n"
                    "            pending = pending + p_pending, held = held + p_held,\n"
                    "            seq = v_account.seq + 1,",
                ),
            )
            + rewrite_functions(
                EARN,
                (
                    "        v_account := loyalty_lock_account(p_member);\n",
                    "        select * into v_account from loyalty_pointsaccount where member_id = p_member;\n"
                    "        if not found then v_account := loyalty_lock_account(p_member); end if;\n"
                    "        perform pg_sleep(0.01);\n",
                ),
                (
                    "                set available = available + case when v_pending then 0 else p_points end,\n"
                    "                    pending = pending + case when v_pending then p_points else 0 end,\n"
                    "                    seq = seq + 1,",
                    "                set available = v_account.available\n"
                    "                        + case when v_pending then 0 else p_points end,\n"
                    "                    pending = v_account.pending\n"
                    "                        + case when v_pending then p_points else 0 end,\n"
                    "                    seq = v_account.seq + 1,",
                ),
            ),
        ),
        Protection(
            "a statement line is numbered once",
            drop_constraint("loyalty_transfer", "transfer_once_per_statement_line"),
        ),
    )

    def holds_under_attack(self):
        remove_ceilings()  # their counters would let one receipt wait for the other
        member, store = make_member(), make_earning_store()
        buy(member, store, fen=100)
        race(*[lambda: attempt(lambda: buy(member, store, fen=100))] * CALLERS)
        account = PointsAccount.objects.get(member=member)
        lines = Transfer.objects.filter(account=account)
        return account.seq == lines.count() and account.available == sum(
            line.points for line in lines
        )


class OneFirstSignIn:
    """Two first sign-ins of one person make one member."""

    protections = (
        Protection(
            "an openid has one member",
            drop_constraint("members_wechatidentity", "openid_of_one_member"),
        ),
        Protection(
            "allauth knows an account once",
            (
                "do $$ declare v_name text; begin"
                " for v_name in select conname from pg_constraint where contype = 'u'"
                " and conrelid = 'socialaccount_socialaccount'::regclass loop"
                " execute format('alter table socialaccount_socialaccount drop constraint %I', v_name);"
                " end loop; end $$",
            ),
        ),
    )

    def holds_under_attack(self):
        person = WechatSession(openid=f"o{secrets.token_urlsafe(20)}")
        race(*[lambda: attempt(lambda: sign_up_member(person=person))] * CALLERS)
        return WechatIdentity.objects.filter(openid_hash=person.openid_hash).count() == 1


class OneUseOfACardCode:
    """One rotating code at many tills opens one visit."""

    protections = (
        Protection(
            "a code is used once", drop_constraint("members_cardcodeuse", "card_code_used_once")
        ),
    )

    def holds_under_attack(self):
        member, store = make_member(), make_earning_store()
        till, code = till_of(store), issue_card_code(member=member).code
        race(
            *[
                lambda: attempt(
                    lambda: open_visit(till=till, store=store, code=code, key=fresh_key())
                )
            ]
            * CALLERS
        )
        return Visit.objects.filter(member=member).count() == 1


INVARIANTS = [
    Overdraft,
    OneKeyOnce,
    OneReceiptOnce,
    OneReversal,
    GaplessStatement,
    OneFirstSignIn,
    OneUseOfACardCode,
]
