"""Reading a call's fields exactly: none missing, none unknown, each of its type."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from district.wechat.sandbox.errcodes import WechatErrorResponse


@dataclass(frozen=True)
class Call:
    """One HTTP request as it came in."""

    method: str
    path: str
    query_text: str
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.query_text, keep_blank_values=True))

    def require_method(self, method: str) -> None:
        if self.method != method:
            raise WechatErrorResponse(43001 if method == "GET" else 43002)

    def fields_of_query(self, *allowed: str) -> dict[str, str]:
        """The query's fields; one that is not in the contract is refused by name."""
        if unknown := sorted(self.query.keys() - set(allowed)):
            raise WechatErrorResponse(40097, f"unknown field: {unknown[0]}")
        return self.query

    def fields_of_body(self, types: Mapping[str, type]) -> dict[str, Any]:
        """The JSON object's fields; an unknown one or one of the wrong type is refused by name."""
        if not self.body:
            raise WechatErrorResponse(44002)
        try:
            fields = json.loads(self.body.decode())
        except (ValueError, RecursionError):
            raise WechatErrorResponse(47001) from None
        if not isinstance(fields, dict):
            raise WechatErrorResponse(47001)
        for name, value in fields.items():
            if name not in types:
                raise WechatErrorResponse(47001, f"unknown field: {name}")
            # A bool is an int to Python, but not to WeChat.
            if type(value) is not types[name]:
                raise WechatErrorResponse(47001, f"wrong type: {name}")
        return fields
