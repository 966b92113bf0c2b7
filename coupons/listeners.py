"""What coupons do when something happened below; each bears repetition."""

from typing import Any

from coupons.events import GiftTakenBack
from coupons.queries.catalogue import receipts_are_rewarded, receipts_were_rewarded
from coupons.services import (
    move_coupons,
    reward_kept_purchases,
    reward_receipt,
    take_back_gifts,
)
from district.kernel.plugin import Listener
from loyalty.events import AccountsMerged, ReceiptPosted, ReceiptRefunded


def on_receipt_posted(event: dict[str, Any]) -> None:
    reward_receipt(receipt=event["receipt"])


def on_receipt_refunded(event: dict[str, Any]) -> None:
    take_back_gifts(receipt=event["receipt"])


def on_gift_taken_back(event: dict[str, Any]) -> None:
    reward_kept_purchases(receipt=event["receipt"], template=event["template"])


def on_accounts_merged(event: dict[str, Any]) -> None:
    move_coupons(source=event["source"], into=event["into"])


LISTENERS = (
    Listener(
        ReceiptPosted, on_receipt_posted, "coupons.reward_receipt", when=receipts_are_rewarded
    ),
    Listener(
        ReceiptRefunded, on_receipt_refunded, "coupons.take_back_gifts", when=receipts_were_rewarded
    ),
    Listener(GiftTakenBack, on_gift_taken_back, "coupons.reward_kept_purchases"),
    Listener(AccountsMerged, on_accounts_merged, "coupons.move_coupons"),
)
