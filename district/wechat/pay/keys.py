"""Whose keys: the merchant's own, and those by which WeChat Pay signs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from district.wechat.pay.errors import UnknownKey

PUBLIC_KEY_ID = "PUB_KEY_ID_"
API_V3_KEY_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class PayMerchant:
    """A direct merchant; `serial_no` is that of the certificate that belongs to the private key.

    `api_v3_keys` are ASCII, newest first: what was encrypted before a change of the key must still be read.
    """

    mchid: str
    serial_no: str
    private_key: RSAPrivateKey = field(repr=False)
    api_v3_keys: tuple[bytes, ...] = field(repr=False)


def load_merchant(
    *, mchid: str, serial_no: str, private_key_pem: bytes, api_v3_keys: Sequence[str]
) -> PayMerchant:
    """A merchant from what its files hold. Raises ValueError, which quotes no secret."""
    try:
        private_key = load_pem_private_key(private_key_pem, password=None)
    except (ValueError, TypeError):
        private_key = None  # type: ignore[assignment]  # refused below, without the foreign exception
    if not isinstance(private_key, RSAPrivateKey):
        raise ValueError("the merchant's private key must be an unencrypted RSA key in PEM")
    keys = tuple(key.encode() for key in api_v3_keys)
    if not keys or any(len(key) != API_V3_KEY_BYTES for key in keys):
        raise ValueError("an APIv3 key has 32 characters")
    return PayMerchant(mchid=mchid, serial_no=serial_no, private_key=private_key, api_v3_keys=keys)


def load_public_key(pem: bytes) -> RSAPublicKey:
    """WeChat Pay's public key. Raises ValueError."""
    key = load_pem_public_key(pem)
    if not isinstance(key, RSAPublicKey):
        raise ValueError("WeChat Pay's public key must be RSA")
    return key


class PlatformKeys:
    """WeChat Pay's keys by their id: public keys by PUB_KEY_ID_…, certificates by their serial number.

    Both are good at the same time, for WeChat signs with either while a merchant changes over. Certificates may be
    replaced while other threads verify.
    """

    def __init__(
        self,
        public_keys: Mapping[str, RSAPublicKey] | None = None,
        certificates: Iterable[x509.Certificate] = (),
    ) -> None:
        self.public_keys = dict(public_keys or {})
        self._certificates: dict[str, x509.Certificate] = {}
        self.replace_certificates(certificates)

    def replace_certificates(self, certificates: Iterable[x509.Certificate]) -> None:
        """Take these certificates for all there are."""
        # One assignment: a reader has the old ones or the new ones.
        self._certificates = {f"{each.serial_number:X}": each for each in certificates}

    @property
    def has_certificates(self) -> bool:
        """Whether certificates were loaded."""
        return bool(self._certificates)

    def key(self, key_id: str, at: datetime) -> RSAPublicKey:
        """The key of that id. Raises UnknownKey, also for a certificate that is not valid at that time."""
        if key_id.startswith(PUBLIC_KEY_ID):
            known = self.public_keys.get(key_id)
        else:
            certificate = self._certificates.get(key_id.upper().lstrip("0"))
            known = _key_of(certificate, at) if certificate else None
        if known is None:
            raise UnknownKey(key_id)
        return known

    def encryption_key(self, at: datetime) -> tuple[str, RSAPublicKey]:
        """Id and key to encrypt for WeChat with: a public key if there is one, else the freshest certificate.

        Raises UnknownKey if there is neither.
        """
        if self.public_keys:
            return next(iter(self.public_keys.items()))
        freshest_first = sorted(
            self._certificates.items(), key=lambda item: item[1].not_valid_after_utc, reverse=True
        )
        for serial, certificate in freshest_first:
            if key := _key_of(certificate, at):
                return serial, key
        raise UnknownKey("any")


def _key_of(certificate: x509.Certificate, at: datetime) -> RSAPublicKey | None:
    key = certificate.public_key()
    is_valid = certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
    return key if is_valid and isinstance(key, RSAPublicKey) else None
