"""Messages that WeChat pushes to the mini-program's server (消息推送): the address check, safe mode, the inbox.

Only safe mode in JSON is read: in the others nobody vouches for the content. What is kept is the body as it
came, encrypted; an openid in it is nowhere in plain.
"""

import base64
import hashlib
import hmac
import json
import logging
import struct
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import WeChatException
from wechatpy.utils import WeChatSigner

from district.kernel import clock
from district.kernel.errors import NoticeRefused
from district.kernel.inbox.sources import InboxSource, Notice, VerifiedNotice
from district.kernel.outbox.events import emit
from district.kernel.security.crypto import keyed_digest
from district.wechat.client import content_verdict
from district.wechat.events import PictureChecked
from district.wechat.gateway import Suggestion

SOURCE = "wechat_messages"
# The parameters of a push's address, kept as headers, so that its signature can be verified again.
SIGNED_PARAMETERS = ("timestamp", "nonce", "msg_signature")
# WeChat repeats within seconds; an older signature is somebody's copy.
OLDEST_SECONDS = 600
# Of a picture that WeChat could not fetch.
_NO_LABEL = 0
logger = logging.getLogger("district.wechat")


def verify_message(headers: Mapping[str, str], body: bytes) -> VerifiedNotice:
    """The message's identity, which is the same for each repetition. Raises NoticeRefused."""
    timestamp, nonce = headers.get("timestamp", ""), headers.get("nonce", "")
    encrypted = _encrypted(body)
    if not is_signed(headers.get("msg_signature", ""), timestamp, nonce, encrypted):
        raise NoticeRefused
    if not timestamp.isascii() or not timestamp.isdigit():
        raise NoticeRefused
    if abs(clock.real_now().timestamp() - int(timestamp[:12])) > OLDEST_SECONDS:
        raise NoticeRefused
    key, message = _decrypt(encrypted)
    # Each repetition is encrypted anew; the message inside is the same. An openid may be guessed, so keyed.
    identity = keyed_digest("wechat message", message.encode()).hex()
    return VerifiedNotice(identity, hashlib.sha256(key.encode()).hexdigest()[:8])


def handle_message(notice: Notice) -> None:
    """Tell the district what the message means; kinds that nobody here has a use for are passed by."""
    _key, text = _decrypt(_encrypted(notice.body))
    message = _json_object(text)
    event = message.get("Event")
    handle = HANDLERS.get(event) if isinstance(event, str) else None
    if handle is None:
        logger.info("wechat message passed by", extra={"type": str(message.get("MsgType"))[:40]})
    else:
        handle(message)


def _note_picture(message: Mapping[str, Any]) -> None:
    """wxa_media_check. A verdict that says nothing is one for a person to make."""
    trace_id = message.get("trace_id")
    if not isinstance(trace_id, str) or not trace_id:
        raise NoticeRefused
    verdict = content_verdict(message)
    suggestion, label = (
        (verdict.suggestion, verdict.label) if verdict else (Suggestion.REVIEW, _NO_LABEL)
    )
    emit(PictureChecked(trace_id=trace_id, suggestion=suggestion.value, label=label))


HANDLERS: dict[str, Callable[[Mapping[str, Any]], None]] = {"wxa_media_check": _note_picture}


def is_signed(signature: str, *parts: str) -> bool:
    """Whether somebody who knows our token signed the parts; without a token nobody did."""
    if not settings.WECHAT_MESSAGE_TOKEN:
        return False
    signer = WeChatSigner()
    signer.add_data(settings.WECHAT_MESSAGE_TOKEN, *parts)
    return hmac.compare_digest(signer.signature.encode(), signature.encode())


def _encrypted(body: bytes) -> str:
    try:
        encrypted = _json_object(body.decode()).get("Encrypt")
    except UnicodeDecodeError:
        raise NoticeRefused from None
    if not isinstance(encrypted, str) or not encrypted:
        raise NoticeRefused
    return encrypted


def _json_object(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise NoticeRefused from None
    if not isinstance(document, dict):
        raise NoticeRefused
    return document


def _decrypt(encrypted: str) -> tuple[str, str]:
    """The key that fits, the newest tried first, and the message. Raises NoticeRefused."""
    for key in settings.WECHAT_MESSAGE_KEYS:
        cipher = PrpCrypto(base64.b64decode(f"{key}="))
        try:
            return key, str(cipher.decrypt(encrypted, settings.WECHAT_APPID))
        except (WeChatException, ValueError, IndexError, struct.error):
            continue
    raise NoticeRefused


INBOX_SOURCES = (
    InboxSource(
        name=SOURCE,
        label=_("微信消息"),
        signed_headers=SIGNED_PARAMETERS,
        verify=verify_message,
        handle=handle_message,
    ),
)
