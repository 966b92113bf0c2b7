"""Where complaints are told, and the pictures of both sides."""

import base64
import hashlib
import io
import json
import re
from typing import Any, NamedTuple

from PIL import Image

from district.wechat.sandbox.pay.call import PayCall
from district.wechat.sandbox.pay.pay_state import PayState
from district.wechat.sandbox.pay.refusals import invalid_request, not_found, param_error
from district.wechat.sandbox.pay.request_schema import address, check, text

MAX_IMAGE_BYTES = 2 * 1024 * 1024
_ADDRESS = {"url": address()}
_META = {"filename": text(128), "sha256": text(64, pattern="[0-9a-f]{64}")}
_BOUNDARY = re.compile(r"multipart/form-data;.*boundary=\"?([^\";]+)")


class UploadForm(NamedTuple):
    """The two parts of an upload; only the first is signed."""

    meta: bytes
    file: bytes


def create_address(state: PayState, call: PayCall) -> dict[str, Any]:
    """POST /v3/merchant-service/complaint-notifications"""
    if state.store.get("complaint_address", ""):
        raise invalid_request("投诉通知回调地址已存在")
    return _keep_address(state, call)


def query_address(state: PayState, call: PayCall) -> dict[str, Any]:
    """GET /v3/merchant-service/complaint-notifications"""
    call.query({})
    return _address(state)


def change_address(state: PayState, call: PayCall) -> dict[str, Any]:
    """PUT /v3/merchant-service/complaint-notifications"""
    _address(state)
    return _keep_address(state, call)


def delete_address(state: PayState, call: PayCall) -> None:
    """DELETE /v3/merchant-service/complaint-notifications"""
    call.query({})
    _address(state)
    state.store.put("complaint_address", "", {})


def upload_image(state: PayState, call: PayCall) -> dict[str, Any]:
    """POST /v3/merchant-service/images/upload"""
    form = upload_form(call)
    if form is None:
        raise param_error("/header/Content-Type", "须为 multipart/form-data，含 meta 和 file")
    try:
        meta = check(_META, json.loads(form.meta), "/body/meta")
    except ValueError:
        raise param_error("/body/meta", "不是 JSON") from None
    if hashlib.sha256(form.file).hexdigest() != meta["sha256"]:
        raise param_error("/body/meta/sha256", "与文件不符")
    if not form.file or len(form.file) > MAX_IMAGE_BYTES:
        raise param_error("/body/file", "须为 2MB 以内的图片")
    return {"media_id": keep_image(state, form.file)}


def query_image(state: PayState, call: PayCall, media_id: str) -> bytes:
    """GET /v3/merchant-service/images/{media_id}"""
    call.query({})
    image = state.store.get("image", media_id)
    if image is None:
        raise not_found("RESOURCE_NOT_EXISTS", "图片不存在")
    return base64.b64decode(image["content"])


def keep_image(state: PayState, content: bytes | None = None) -> str:
    """The media id of a picture; without one, of a small picture of a payer's."""
    media_id = state.number("image")
    kept = base64.b64encode(content or _small_picture()).decode()
    state.store.put("image", media_id, {"content": kept})
    return media_id


def upload_form(call: PayCall) -> UploadForm | None:
    """The parts of an upload; None for what is no such form."""
    match = _BOUNDARY.fullmatch(call.headers.get("content-type", ""))
    if match is None:
        return None
    found: dict[str, bytes] = {}
    for part in call.body.split(b"--" + match.group(1).encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        if name := re.search(rb'name="(\w+)"', head):
            found[name.group(1).decode()] = content.removesuffix(b"\r\n")
    if found.keys() != {"meta", "file"}:
        return None
    return UploadForm(found["meta"], found["file"])


def _small_picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (32, 32), (178, 34, 34)).save(drawn, "PNG")
    return drawn.getvalue()


def _keep_address(state: PayState, call: PayCall) -> dict[str, Any]:
    fields = call.json(_ADDRESS)
    state.store.put("complaint_address", "", {"mchid": state.account.mchid, **fields})
    return _address(state)


def _address(state: PayState) -> dict[str, Any]:
    kept = state.store.get("complaint_address", "")
    if not kept:
        raise not_found("RESOURCE_NOT_EXISTS", "没有投诉通知回调地址")
    return kept
