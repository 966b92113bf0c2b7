"""A text and a switch that all examples of the OpenAPI file are taken from."""

from typing import Final

NOTICE_ID: Final = "ntc_4mWc9LrJ1s7gHq2kZ8bXvT"
SERVED_ID: Final = "nsv_J1s7gHq2kZ8bXvT4mWc9Lr"
NOTICE: Final = {
    "id": NOTICE_ID,
    "purpose": "personalisation",
    "channel": "none",
    "locale": "zh-Hans",
    "version": 2,
    "title": "个性化推荐说明",
    "body": "我们按您的消费记录推荐优惠；不同意不影响其他服务。",
    "data_categories": "消费记录",
    "recipients": "商圈运营方",
    "retention": "撤回后即停止使用",
    "effective_from": "2026-11-01T00:00:00+08:00",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
NAMED_NOTICE: Final = {key: NOTICE[key] for key in ("id", "title", "version", "effective_from")}
SWITCH: Final = {
    "purpose": "personalisation",
    "name": "个性化推荐",
    "kind": "profiling",
    "legal_basis": "consent",
    "is_sensitive": False,
    "merchant": None,
    "channel": "none",
    "is_on": True,
    "reason": "allowed",
    "reason_text": "允许",
    "since": "2026-11-20T10:00:00+08:00",
    "expires_at": None,
    "agreed_notice": NAMED_NOTICE,
    "notice": NAMED_NOTICE,
}
OFF: Final = SWITCH | {
    "is_on": False,
    "reason": "withdrawn",
    "reason_text": "已撤回",
    "agreed_notice": None,
}
ADDRESS_IN: Final = {"purpose": "personalisation", "control_id": "consent_centre/personalisation"}
GRANT_IN: Final = ADDRESS_IN | {"served": SERVED_ID}
SERVE_IN: Final = {"screen": "consent_centre", "app_version": "1.4.0"}
SERVED: Final = {"id": SERVED_ID, "notice": NOTICE_ID, "at": "2026-11-20T09:59:40+08:00"}
