"""The district's own merchant at WeChat Pay: the client and the verifier that the settings describe."""

import logging
from collections.abc import Mapping
from functools import cache

from django.conf import settings

from district.kernel import clock
from district.kernel.errors import NoticeRefused
from district.kernel.inbox.sources import VerifiedNotice
from district.wechat.errors import WechatMisconfigured
from district.wechat.pay.certificates import CertificateRefresh
from district.wechat.pay.client import Limits, PayClient
from district.wechat.pay.errors import PayError
from district.wechat.pay.keys import PlatformKeys, load_merchant, load_public_key
from district.wechat.pay.notices import (
    CONTENTS,
    Contents,
    PayNotice,
    open_resource,
    read_envelope,
    read_notice,
    verify_notice,
)

# Of a worker's four threads at most two wait for WeChat Pay; the tills go on when it is slow.
_MAX_CONCURRENT = 2
logger = logging.getLogger("district.wechat")


def has_pay_account() -> bool:
    """Whether the settings name a merchant."""
    return bool(settings.WECHAT_PAY_MCHID)


def pay_client() -> PayClient:
    """The client of the district's merchant, one for each process. Raises WechatMisconfigured."""
    if not has_pay_account():
        raise WechatMisconfigured
    client, refresh = _client(
        mchid=settings.WECHAT_PAY_MCHID,
        serial_no=settings.WECHAT_PAY_SERIAL,
        private_key_pem=settings.WECHAT_PAY_PRIVATE_KEY,
        api_v3_keys=tuple(settings.WECHAT_PAY_API_V3_KEYS),
        public_keys=tuple(settings.WECHAT_PAY_PUBLIC_KEYS.items()),
        bases=tuple(settings.WECHAT_PAY_BASES),
    )
    if settings.WECHAT_PAY_CERTIFICATES:
        refresh.keep_fresh()
    return client


def verify_pay_notice(headers: Mapping[str, str], body: bytes) -> VerifiedNotice:
    """What the inbox asks before it keeps a notice: who signed it, and that we can open it. Raises NoticeRefused.

    A notice that we cannot open is refused, so that it comes again while somebody mends our APIv3 key.
    """
    client = pay_client()
    try:
        key_id = verify_notice(headers, body, platform=client.platform, now=client.now())
        open_resource(body, client.merchant.api_v3_keys)
        notice_id = read_envelope(body).notice_id
    except PayError as error:
        reason = type(error).__name__
    else:
        return VerifiedNotice(notice_id, key_id)
    logger.warning("pay notice refused", extra={"reason": reason})
    raise NoticeRefused


def read_pay_notice(body: bytes, contents: Contents = CONTENTS) -> PayNotice:
    """A kept notice, opened and read. Raises Undecryptable, UnreadableAnswer, UnknownEvent."""
    return read_notice(body, pay_client().merchant.api_v3_keys, contents)


@cache
def _client(
    *,
    mchid: str,
    serial_no: str,
    private_key_pem: bytes,
    api_v3_keys: tuple[str, ...],
    public_keys: tuple[tuple[str, bytes], ...],
    bases: tuple[str, ...],
) -> tuple[PayClient, CertificateRefresh]:
    try:
        merchant = load_merchant(
            mchid=mchid,
            serial_no=serial_no,
            private_key_pem=private_key_pem,
            api_v3_keys=api_v3_keys,
        )
        known = {key_id: load_public_key(pem) for key_id, pem in public_keys}
    except ValueError:
        logger.error("the keys of WeChat Pay in the settings cannot be read")
        merchant = None
    if merchant is None:
        raise WechatMisconfigured
    client = PayClient(
        merchant=merchant,
        platform=PlatformKeys(known),
        bases=bases,
        clock=clock.real_now,
        limits=Limits(concurrent=_MAX_CONCURRENT),
    )
    return client, CertificateRefresh(client)
