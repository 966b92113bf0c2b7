"""What WeChat encrypts for us and we for WeChat: resources by AES-GCM, single fields by RSA."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1

from district.wechat.pay.errors import Undecryptable
from district.wechat.pay.wire import read_json_object

ALGORITHM = "AEAD_AES_256_GCM"
# SHA-1 is WeChat's choice; OAEP does not need collision resistance.
_OAEP = OAEP(mgf=MGF1(SHA1()), algorithm=SHA1(), label=None)  # noqa: S303


def decrypt(resource: Mapping[str, Any], api_v3_keys: Sequence[bytes]) -> bytes:
    """The bytes of an encrypted resource, by the first of our APIv3 keys that opens it. Raises Undecryptable."""
    if resource.get("algorithm") != ALGORITHM:
        raise Undecryptable("another algorithm")
    try:
        nonce = resource["nonce"].encode()
        associated = (resource.get("associated_data") or "").encode()
        ciphertext = base64.b64decode(resource["ciphertext"], validate=True)
    except (KeyError, AttributeError, TypeError, ValueError):
        ciphertext = b""
    for key in api_v3_keys if ciphertext else ():
        try:
            return AESGCM(key).decrypt(nonce, ciphertext, associated)
        except (InvalidTag, ValueError):
            continue
    raise Undecryptable("no key of ours opens the resource")


def decrypt_object(resource: Mapping[str, Any], api_v3_keys: Sequence[bytes]) -> dict[str, Any]:
    """The JSON object of an encrypted resource. Raises Undecryptable."""
    plain = decrypt(resource, api_v3_keys)
    value = read_json_object(plain)
    if value is None:
        raise Undecryptable("the resource holds no object")
    return value


def encrypt_field(text: str, key: RSAPublicKey) -> str:
    """A sensitive request field for WeChat; the call then names the key's id in Wechatpay-Serial.

    Raises ValueError for a text that is too long for the key.
    """
    return base64.b64encode(key.encrypt(text.encode(), _OAEP)).decode()


def decrypt_field(text: str, private_key: RSAPrivateKey) -> str:
    """A sensitive field that WeChat encrypted for us, such as a payer's phone number. Raises Undecryptable."""
    try:
        return private_key.decrypt(base64.b64decode(text, validate=True), _OAEP).decode()
    except ValueError:
        pass
    raise Undecryptable("our private key does not open the field")
