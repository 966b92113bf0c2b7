"""The merchant account and all keys of both sides, made once and kept in the state folder."""

import base64
import contextlib
import json
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

# Inside the data folder of a demo.
PAY_FOLDER = "wechat_pay"
FILE = "account.json"
_CERTIFICATE_DAYS = 365 * 5


@dataclass(frozen=True)
class PlatformCertificate:
    """A certificate by which WeChat Pay signs for merchants that do not have its public key."""

    certificate: x509.Certificate
    key: RSAPrivateKey

    @property
    def serial(self) -> str:
        return f"{self.certificate.serial_number:040X}"

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


@dataclass
class PayAccount:
    """A merchant as both sides know it. Numbers and ids are marked, so that production refuses them."""

    mchid: str
    merchant_serial: str
    merchant_key: RSAPrivateKey
    api_v3_key: str
    public_key_id: str
    platform_key: RSAPrivateKey
    certificates: list[PlatformCertificate]

    def environment(self, base: str) -> dict[str, str]:
        """What the merchant puts into its settings to talk to the sandbox at `base`."""
        public = self.platform_key.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        return {
            "DISTRICT_WECHAT_PAY_MCHID": self.mchid,
            "DISTRICT_WECHAT_PAY_SERIAL": self.merchant_serial,
            "DISTRICT_WECHAT_PAY_PRIVATE_KEY": base64.b64encode(_pem(self.merchant_key)).decode(),
            "DISTRICT_WECHAT_PAY_API_V3_KEYS": self.api_v3_key,
            "DISTRICT_WECHAT_PAY_PUBLIC_KEYS": (
                f"{self.public_key_id}:{base64.b64encode(public).decode()}"
            ),
            "DISTRICT_WECHAT_PAY_BASES": base.rstrip("/"),
        }


def account_in(folder: Path | None) -> PayAccount:
    """The account of a state folder, made on first use; without a folder, one that nobody keeps."""
    if folder is None:
        return _create_account()
    file = folder / FILE
    if not file.exists():
        save(_create_account(), folder, replace=False)
    written = json.loads(file.read_text())
    return PayAccount(
        mchid=written["mchid"],
        merchant_serial=written["merchant_serial"],
        merchant_key=_key(written["merchant_key"]),
        api_v3_key=written["api_v3_key"],
        public_key_id=written["public_key_id"],
        platform_key=_key(written["platform_key"]),
        certificates=[
            PlatformCertificate(
                x509.load_pem_x509_certificate(pair["certificate"].encode()), _key(pair["key"])
            )
            for pair in written["certificates"]
        ],
    )


def save(account: PayAccount, folder: Path, *, replace: bool) -> None:
    """Write the account, readable by nobody else; whoever comes second with a new one keeps the first."""
    written: dict[str, Any] = {
        "mchid": account.mchid,
        "merchant_serial": account.merchant_serial,
        "merchant_key": _pem(account.merchant_key).decode(),
        "api_v3_key": account.api_v3_key,
        "public_key_id": account.public_key_id,
        "platform_key": _pem(account.platform_key).decode(),
        "certificates": [
            {"certificate": each.pem.decode(), "key": _pem(each.key).decode()}
            for each in account.certificates
        ],
    }
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{FILE}.{secrets.token_hex(4)}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(written, file, indent=1)
    if replace:
        draft.replace(folder / FILE)
        return
    with contextlib.suppress(FileExistsError):
        os.link(draft, folder / FILE)
    draft.unlink()


def make_certificate() -> PlatformCertificate:
    """A fresh certificate, valid from yesterday."""
    key = _make_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "WeChat Pay sandbox")])
    begin = datetime.now(UTC) - timedelta(days=1)
    # A leading zero would be written in two ways.
    serial = secrets.randbits(159) | 1 << 158
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), serial)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=_CERTIFICATE_DAYS))
        .sign(key, SHA256())
    )
    return PlatformCertificate(certificate, key)


def _create_account() -> PayAccount:
    return PayAccount(
        mchid=f"SANDBOX{secrets.randbelow(10**9) + 10**9}",
        merchant_serial=secrets.token_hex(20).upper(),
        merchant_key=_make_key(),
        api_v3_key=secrets.token_hex(16),
        public_key_id=f"PUB_KEY_ID_SANDBOX{secrets.randbelow(10**15) + 10**15}",
        platform_key=_make_key(),
        certificates=[make_certificate()],
    )


def _make_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def _key(pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


def _pem(key: RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
