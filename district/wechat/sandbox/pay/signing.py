"""The signatures of both sides: the merchant's is checked strictly, ours can be made wrong on order."""

import base64
import binascii
import re
import secrets
import time
from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from district.wechat.sandbox.pay.account import PayAccount
from district.wechat.sandbox.pay.call import PayCall
from district.wechat.sandbox.pay.refusals import param_error, sign_error

SCHEME = "WECHATPAY2-SHA256-RSA2048"
WINDOW_SECONDS = 300
SIGNATURE_FAULTS = ("bad_signature", "probe", "stale", "unknown_serial", "certificate")
_PAIR = re.compile(r'(\w+)="([^"]*)"')
_PARTS = {"mchid", "nonce_str", "signature", "timestamp", "serial_no"}


class RequestSignatures:
    """Checks the merchant's signatures by the real clock, and remembers nonces while they could come again."""

    def __init__(self, account: PayAccount, clock: Callable[[], float] = time.time) -> None:
        self._account, self._clock = account, clock
        self._nonces: dict[str, float] = {}

    def check(self, call: PayCall) -> None:
        """Raises PayRefusal 401 unless the merchant signed exactly this request, just now, once."""
        scheme, _, pairs = call.headers.get("authorization", "").partition(" ")
        parts = dict(_PAIR.findall(pairs))
        if scheme != SCHEME or parts.keys() != _PARTS:
            raise sign_error("Authorization 格式不正确")
        if parts["mchid"] != self._account.mchid:
            raise sign_error("商户号不存在")
        if parts["serial_no"] != self._account.merchant_serial:
            raise sign_error("商户证书序列号有误")
        self._check_clock(parts["timestamp"])
        text = "\n".join(
            [call.method, call.target, parts["timestamp"], parts["nonce_str"], ""]
        ).encode()
        try:
            self._account.merchant_key.public_key().verify(
                base64.b64decode(parts["signature"], validate=True),
                text + call.body + b"\n",
                PKCS1v15(),
                SHA256(),
            )
        except (InvalidSignature, binascii.Error):
            raise sign_error("签名不匹配") from None
        self._use_nonce(parts["nonce_str"])

    def _check_clock(self, timestamp: str) -> None:
        is_number = re.fullmatch(r"\d{1,11}", timestamp)
        if not is_number or abs(self._clock() - int(timestamp)) > WINDOW_SECONDS:
            raise sign_error("时间戳与服务器时间相差超过五分钟")

    def _use_nonce(self, nonce: str) -> None:
        now = self._clock()
        for old, at in list(self._nonces.items()):
            # Insertion order is order of age, so the first young one ends the search.
            if now - at <= 2 * WINDOW_SECONDS:
                break
            del self._nonces[old]
        if nonce in self._nonces:
            raise sign_error("随机串重复")
        self._nonces[nonce] = now


def key_for(account: PayAccount, wished: str | None) -> tuple[str, RSAPrivateKey]:
    """Which of our keys the merchant says that it knows; without a word, the newest certificate.

    Raises PayRefusal 400 for an id that we never had.
    """
    if wished == account.public_key_id:
        return account.public_key_id, account.platform_key
    for certificate in reversed(account.certificates):
        if wished is None or wished.upper().rjust(40, "0") == certificate.serial:
            return certificate.serial, certificate.key
    raise param_error("/header/Wechatpay-Serial", "不是有效的公钥 ID 或平台证书序列号")


def platform_headers(
    account: PayAccount, body: bytes, *, key_id: str, fault: str | None = None
) -> dict[str, str]:
    """The signature headers over `body`, or headers that are wrong in the way of `fault`."""
    if fault == "certificate":
        key_id = account.certificates[-1].serial
    key_id, key = key_for(account, key_id)
    timestamp = int(time.time()) - (WINDOW_SECONDS + 60 if fault == "stale" else 0)
    nonce = secrets.token_hex(16)
    signed = b"something else" if fault == "bad_signature" else body
    text = f"{timestamp}\n{nonce}\n".encode() + signed + b"\n"
    signature = base64.b64encode(key.sign(text, PKCS1v15(), SHA256())).decode()
    if fault == "probe":
        signature = "WECHATPAY/SIGNTEST/" + signature[len("WECHATPAY/SIGNTEST/") :]
    if fault == "unknown_serial":
        key_id = secrets.token_hex(20).upper()
    return {
        "Wechatpay-Timestamp": str(timestamp),
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": key_id,
        "Wechatpay-Signature": signature,
        "Wechatpay-Signature-Type": SCHEME,
    }
