"""How WeChat Pay says no: an HTTP status, a code, and an inner number at the end of Request-ID."""

from typing import Any


class PayRefusal(Exception):
    """A call that is answered with `status` and `{"code", "message", "detail"}`."""

    def __init__(
        self, status: int, code: str, message: str, *, inner: int = 268435461, **detail: Any
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message, self.inner = status, code, message, inner
        self.detail = detail

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        return body | {"detail": self.detail} if self.detail else body


def sign_error(issue: str) -> PayRefusal:
    """401: the signature, its serial number or its clock."""
    return PayRefusal(
        401, "SIGN_ERROR", f"签名错误，请检查后再试：{issue}", inner=268443699, issue=issue
    )


def param_error(field: str, issue: str, *, inner: int = 268435461) -> PayRefusal:
    """400: a field, named by its place such as /body/amount/total."""
    message = f"输入源“{field}”{issue}"
    return PayRefusal(400, "PARAM_ERROR", message, inner=inner, field=field, issue=issue)


def not_found(code: str, message: str) -> PayRefusal:
    """404: no such thing."""
    return PayRefusal(404, code, message, inner=268512771)


def differs(what: str) -> PayRefusal:
    """400: the number was used with other values before."""
    return PayRefusal(400, "INVALID_REQUEST", f"{what}与首次请求时不一致", inner=268498688)


def invalid_request(message: str) -> PayRefusal:
    """400: right in form, but not possible now."""
    return PayRefusal(400, "INVALID_REQUEST", message, inner=268435464)
