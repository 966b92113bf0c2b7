"""What the district can refuse: the base class and the refusals common to all."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext_lazy as _

from district.kernel.text.money import format_yuan

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# RFC 9457 gives these members a meaning of their own; a fact may not take their names.
RESERVED = frozenset({"type", "title", "status", "detail", "instance", "code", "errors"})


class DomainError(Exception):
    """A rule of the district said no.

    Subclasses name the refusal (`code` and `status` are part of the API) and word it; the
    facts are given when it is raised and ride along in the problem document:

        raise InsufficientPoints(balance=80, asked=100)

    The wording may name any fact; of money `left_fen` people read `{left_yuan}`, which is ¥ with two
    decimals.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    title: "ClassVar[StrOrPromise]" = _("操作被拒绝")
    wording: "ClassVar[StrOrPromise]" = ""
    retry_after: int | None = None

    def __init__(self, *, retry_after: int | None = None, **facts: Any) -> None:
        if clash := RESERVED & facts.keys():
            raise TypeError(f"{type(self).__name__}: reserved fact names {sorted(clash)}")
        self.facts = facts
        self.detail = str(self.wording).format(**facts, **_for_people(facts))
        if retry_after is not None:
            self.retry_after = retry_after
        super().__init__(self.detail or str(self.title))

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


def _for_people(facts: dict[str, Any]) -> dict[str, str]:
    return {
        f"{name.removesuffix('_fen')}_yuan": format_yuan(fact)
        for name, fact in facts.items()
        if name.endswith("_fen") and isinstance(fact, int)
    }


class InvalidRequest(DomainError):
    code, status, title = "invalid_request", 400, _("请求内容有误")
    wording = "{reason}"


class KeyMissing(DomainError):
    code, status, title = "idempotency_key_missing", 400, _("缺少幂等键")
    wording = _("写请求需要 Idempotency-Key 请求头（1 至 255 个可见 ASCII 字符）。")


class KeyReused(DomainError):
    code, status, title = "idempotency_key_reused", 422, _("幂等键已用于其他内容")
    wording = _("同一个 Idempotency-Key 只能重复同样的请求。")


class NotFound(DomainError):
    code, status, title = "not_found", 404, _("没有找到")


class TokenInvalid(DomainError):
    code, status, title = "token_invalid", 400, _("码无效")
    wording = _("这个码不是本商圈发出的，请让顾客刷新后重新出示。")


class TokenExpired(DomainError):
    code, status, title = "token_expired", 410, _("码已过期")
    wording = _("动态码已过期，请刷新后再试。")


class TokenUsed(DomainError):
    code, status, title = "token_used", 409, _("码已使用")
    wording = _("动态码只能使用一次，请刷新后再试。")


class TooManyRequests(DomainError):
    code, status, title = "too_many_requests", 429, _("操作过于频繁")
    wording = _("请稍后再试。")


class ServiceUnavailable(DomainError):
    code, status, title = "service_unavailable", 503, _("服务暂时不可用")
    wording = _("请稍后重试，相同的幂等键不会重复入账。")
    retry_after = 2


class FourEyesNeeded(DomainError):
    code, status, title = "four_eyes_needed", 403, _("须由另一人复核")
    wording = _("提出或修改过的人不能复核。")


class ProposalDecided(DomainError):
    code, title = "proposal_decided", _("已经复核")
    wording = _("请刷新后查看复核结果。")


class NoticeRefused(DomainError):
    """The same for a wrong signature, an old one and an unknown key: who guesses learns nothing."""

    code, status, title = "notice_refused", 401, _("通知验签失败")
    wording = _("签名无效或已过期。")


class PictureRefused(DomainError):
    code, status, title = "picture_refused", 400, _("照片不能使用")

    _REASONS = {
        "unreadable": _("请上传 JPEG 或 PNG 格式的完整照片。"),
        "animated": _("请上传静态照片，不要上传动图。"),
        "too_many_pixels": _("照片尺寸过大，请压缩后再上传。"),
        "too_small": _("照片尺寸过小，看不清内容，请换一张。"),
    }

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason=reason)
        self.detail = str(self._REASONS[reason])
