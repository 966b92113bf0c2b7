"""Examples for the OpenAPI file."""

from drf_spectacular.utils import OpenApiExample

_PROFILE = {
    "id": "mem_7n42DGM5Tflk9n8mt7Fhc7",
    "nickname": "小林",
    "phone": "138****1234",
    "birthday": "1990-05-01",
    "joined_at": "2026-03-01T12:00:00+08:00",
}

SIGN_IN = OpenApiExample(
    "wx.login", {"code": "0e1Aq2000bkN5R1xyz000e1Aq2000bkN"}, request_only=True
)
SIGNED_IN = OpenApiExample(
    "signed in",
    {
        "token": "sht_Qm9vVGhlTWVtYmVyc1Rva2VuSXNOZXZlclN0b3JlZC4",
        "expires_at": "2026-03-31T12:00:00+08:00",
        "member": _PROFILE | {"phone": None, "birthday": None, "nickname": "会员1615"},
    },
    response_only=True,
)
PROFILE = OpenApiExample("profile", _PROFILE, response_only=True)
CHANGE = OpenApiExample("change", {"nickname": "小林", "birthday": None}, request_only=True)
PHONE = OpenApiExample(
    "getPhoneNumber",
    {"code": "2f1c6a0b9d3e4f5a8b7c6d5e4f3a2b1c2f1c6a0b9d3e4f5a8b7c6d5e4f3a2b1c"},
    request_only=True,
)
CARD = OpenApiExample(
    "card",
    {
        "card_no": "1844 6744 0737 0955 1615",
        "nickname": "小林",
        "member_since": "2026-03-01T12:00:00+08:00",
    },
    response_only=True,
)
CARD_CODE = OpenApiExample(
    "card code",
    {
        "code": "AFUZ7D2S4K6Q3TQJ5MZP2AWB7HNCXGE4LVR3YD5KQ6T2",
        "expires_at": "2026-03-01T12:00:30+08:00",
        "server_time": "2026-03-01T12:00:00.123456+08:00",
        "svg": '<svg xmlns="http://www.w3.org/2000/svg">…</svg>',
    },
    response_only=True,
)
