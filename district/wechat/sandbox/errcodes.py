"""How WeChat says no: HTTP 200 with an errcode."""

from typing import ClassVar


class WechatErrorResponse(Exception):
    """A call WeChat answers with an errcode; `named` tells the field or the reason."""

    MESSAGES: ClassVar[dict[int, str]] = {
        -1: "system error",
        40001: "invalid credential, access_token is invalid or not latest",
        40002: "invalid grant_type",
        40003: "invalid openid",
        40013: "invalid appid",
        40029: "invalid code",
        40097: "invalid args",
        40125: "invalid appsecret",
        40129: "invalid scene",
        40163: "code been used",
        40169: "invalid length for scene, or the data is not json string",
        40226: "code blocked",
        41001: "access_token missing",
        41002: "appid missing",
        41004: "appsecret missing",
        41008: "missing code",
        41030: "invalid page",
        42001: "access_token expired",
        43001: "require GET method",
        43002: "require POST method",
        43302: "method not allowed",
        44002: "empty post data",
        45009: "reach max api minute quota limit",
        45011: "api minute-quota reach limit, must slower, retry next minute",
        47001: "data format error",
        61010: "user has not opened the mini program recently",
        85096: "not allow include scancode_time field",
    }

    def __init__(self, errcode: int, named: str = "") -> None:
        self.errcode = errcode
        self.errmsg = self.MESSAGES.get(errcode, "unknown error") + (f", {named}" if named else "")
        super().__init__(self.errmsg)
