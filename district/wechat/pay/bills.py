"""The daily bills: ask for one, download it, compare its hash."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, ClassVar

from district.wechat.pay.client import PayClient
from district.wechat.pay.errors import BillCorrupt
from district.wechat.pay.fields import from_wire, wire
from district.wechat.pay.wire import request_target

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, kw_only=True)
class BillLink:
    """Where a bill can be fetched, for some minutes; the hash is that of the unpacked file."""

    hash_type: str = wire("hash_type")
    hash_value: str = wire("hash_value")
    download_url: str = wire("download_url", is_private=True)

    IGNORED: ClassVar[tuple[str, ...]] = ()


def request_trade_bill(client: PayClient, day: date, *, bill_type: str = "ALL") -> BillLink:
    """Orders and refunds of a day; there from ten in the morning of the next. `bill_type` is ALL, SUCCESS or REFUND.

    Raises ApiError (400 NO_STATEMENT_EXIST for a day without any), Unreachable, SignatureRefused, UnreadableAnswer.
    """
    return _link(client, "trade bill", "/v3/bill/tradebill", day, bill_type=bill_type)


def request_fund_flow_bill(
    client: PayClient, day: date, *, account_type: str = "BASIC"
) -> BillLink:
    """Every movement of an account on a day; `account_type` is BASIC, OPERATION or FEES.

    Raises ApiError, Unreachable, SignatureRefused, UnreadableAnswer.
    """
    return _link(client, "fund flow bill", "/v3/bill/fundflowbill", day, account_type=account_type)


def download_bill(client: PayClient, link: BillLink, target: BinaryIO) -> int:
    """Write the unpacked bill into `target`, part by part; how many bytes. Nothing in it counts if this raises.

    Raises BillCorrupt, ApiError, Unreachable.
    """
    if link.hash_type != "SHA1":
        raise BillCorrupt(f"hash type {link.hash_type[:16]!r}")
    # WeChat's choice of hash; the connection is TLS, the hash finds truncation.
    digest, size = hashlib.sha1(usedforsecurity=False), 0
    with client.download("download bill", link.download_url) as parts:
        for part in _unpacked(parts):
            digest.update(part)
            size += target.write(part)
    if digest.hexdigest() != link.hash_value.lower():
        raise BillCorrupt("the hash differs")
    return size


def _link(client: PayClient, name: str, path: str, day: date, **kind: str) -> BillLink:
    query = {"bill_date": day.isoformat(), **kind, "tar_type": "GZIP"}
    return from_wire(BillLink, client.get(name, request_target(path, query=query)))


def _unpacked(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The plain bytes, whether the file came packed or not."""
    unpacker = None
    for number, part in enumerate(parts):
        if number == 0 and part.startswith(_GZIP_MAGIC):
            unpacker = zlib.decompressobj(_GZIP_WINDOW)
        if unpacker is None:
            yield part
            continue
        try:
            plain = unpacker.decompress(part)
        except zlib.error:
            plain = None
        if plain is None:
            raise BillCorrupt("the packed file is broken")
        yield plain
    if unpacker is not None and not unpacker.eof:
        raise BillCorrupt("the packed file ends early")
