"""What coupons do when something happened below; each bears repetition."""

from typing import Any

from coupons.queries.catalogue import receipts_are_rewarded, receipts_were_rewarded
from coupons.services import (
    move_coupons,
    reward_kept_purchases,
    reward_receipt,
    take_back_gifts,
)
from district.kernel.outbox.events import subscribe


def listen() -> None:
    """Called from AppConfig.ready()."""
    subscribe(
        "ReceiptPosted",
        on_receipt_posted,
        name="coupons.reward_receipt",
        when=receipts_are_rewarded,
    )
    subscribe(
        "ReceiptRefunded",
        on_receipt_refunded,
        name="coupons.take_back_gifts",
        when=receipts_were_rewarded,
    )
    subscribe("GiftTakenBack", on_gift_taken_back, name="coupons.reward_kept_purchases")
    subscribe("AccountsMerged", on_accounts_merged, name="coupons.move_coupons")


def on_receipt_posted(event: dict[str, Any]) -> None:
    reward_receipt(receipt=event["receipt"])


def on_receipt_refunded(event: dict[str, Any]) -> None:
    take_back_gifts(receipt=event["receipt"])


def on_gift_taken_back(event: dict[str, Any]) -> None:
    reward_kept_purchases(receipt=event["receipt"], template=event["template"])


def on_accounts_merged(event: dict[str, Any]) -> None:
    move_coupons(source=event["source"], into=event["into"])
