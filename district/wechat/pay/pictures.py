"""Pictures of complaints: ours go to WeChat under a media id, the payer's are fetched by their address."""

import hashlib
from typing import Final

from district.wechat.pay.client import PayClient
from district.wechat.pay.errors import UnreadableAnswer
from district.wechat.pay.uploads import UploadedFile
from district.wechat.pay.wire import request_target

MAX_BYTES: Final = 2 * 1024 * 1024
_UPLOAD = "/v3/merchant-service/images/upload"
# Twice what may be uploaded: WeChat's own pictures may be larger.
_MAX_FETCHED_BYTES: Final = 2 * MAX_BYTES


def upload_picture(client: PayClient, *, name: str, content: bytes, content_type: str) -> str:
    """The media id of a picture of ours, of at most 2 MB.

    Raises ValueError, ApiError, Unreachable, SignatureRefused, UnreadableAnswer.
    """
    if not 0 < len(content) <= MAX_BYTES:
        raise ValueError("a picture has at most 2 MB")
    meta = {"filename": name, "sha256": hashlib.sha256(content).hexdigest()}
    uploaded = UploadedFile(name=name, content=content, content_type=content_type)
    answer = client.upload("upload picture", request_target(_UPLOAD), meta, uploaded)
    media_id = answer.get("media_id")
    if not isinstance(media_id, str) or not media_id:
        raise UnreadableAnswer("the upload lacks media_id")
    return media_id


def picture_at(client: PayClient, url: str) -> bytes:
    """The bytes of a picture that a complaint names, whatever they are: look before you believe them.

    Asked at our own base, with our signature; the answer has none. Raises ApiError, Unreachable, UnreadableAnswer
    for one above 4 MB.
    """
    found = bytearray()
    with client.download("fetch picture", url) as parts:
        for part in parts:
            found += part
            if len(found) > _MAX_FETCHED_BYTES:
                raise UnreadableAnswer("the picture is too large")
    return bytes(found)


def picture_of(client: PayClient, media_id: str) -> bytes:
    """The bytes of a picture by its media id. Raises as `picture_at`."""
    return picture_at(client, request_target("/v3/merchant-service/images/{}", media_id))
