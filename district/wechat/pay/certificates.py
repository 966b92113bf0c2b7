"""Fetch WeChat Pay's certificates, for merchants that do not have its public key yet, or not alone."""

import logging
from datetime import datetime, timedelta

from cryptography import x509

from district.wechat.pay.client import PayClient
from district.wechat.pay.errors import PayError, UnreadableAnswer
from district.wechat.pay.keys import PlatformKeys
from district.wechat.pay.resources import decrypt
from district.wechat.pay.wire import request_target

logger = logging.getLogger(__name__)


def load_certificates(client: PayClient) -> list[x509.Certificate]:
    """Fetch all valid certificates and put them into the client's platform keys.

    The APIv3 key vouches for them, and one of them, or the public key, must have signed the answer.
    Raises ApiError, Unreachable, Undecryptable, UnreadableAnswer, SignatureRefused.
    """
    answer, verify = client.get_before_keys("certificates", request_target("/v3/certificates"))
    entries = answer.get("data")
    if not isinstance(entries, list) or not entries:
        raise UnreadableAnswer("certificates lack data")
    loaded = [_certificate(client, entry) for entry in entries]
    verify(PlatformKeys(client.platform.public_keys, loaded))
    client.platform.replace_certificates(loaded)
    return loaded


def _certificate(client: PayClient, entry: object) -> x509.Certificate:
    sealed = entry.get("encrypt_certificate") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(sealed, dict):
        raise UnreadableAnswer("a certificate lacks encrypt_certificate")
    pem = decrypt(sealed, client.merchant.api_v3_keys)
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        serial = int(str(entry.get("serial_no")), 16)
    except ValueError:
        serial = -1
    if serial < 0 or certificate.serial_number != serial:
        raise UnreadableAnswer("a certificate is not the one its serial number names")
    return certificate


class CertificateRefresh:
    """Keeps a client's certificates young: WeChat shows new ones days before it signs with them.

    Fetching follows the clock alone, never an unknown serial number: anybody can send one of those.
    """

    def __init__(self, client: PayClient, *, every: timedelta = timedelta(hours=12)) -> None:
        self._client, self._every = client, every
        self._next: datetime | None = None

    def keep_fresh(self) -> None:
        """Fetch if it is time; a failure is logged and tried again in a minute, the old ones stay."""
        now = self._client.now()
        if self._next is not None and now < self._next:
            return
        # Before the call, so that other threads go on with what they have.
        self._next = now + timedelta(minutes=1)
        try:
            load_certificates(self._client)
        except PayError as error:
            logger.warning("certificates not fetched", extra={"error": type(error).__name__})
        else:
            self._next = now + self._every
