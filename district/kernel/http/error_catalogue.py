"""Every refusal of the product, found by importing each app's errors: for the page that lists them."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.utils.translation import override

from district.kernel.errors import DomainError

_HEAD = """\
# Refusals

Every error below `/api/` is an RFC 9457 problem (`application/problem+json`). The mini-program and
tills switch on `code`; `title` is a fixed Chinese sentence, `detail` words the case, further members
are its facts. 401 means that signing in again helps, 403 that it does not; after 503 and 429 wait as
`Retry-After` says and repeat with the same Idempotency-Key.

Written by `manage.py errors_page`; CI refuses a page that differs from the code.

| code | status | title | said when | app |
| --- | --- | --- | --- | --- |
"""
# What the frameworks refuse before a verb is reached; worded in kernel/problems.py.
_FRAMEWORK = """
## Before any verb is reached

| code | status | said when |
| --- | --- | --- |
| `invalid_request` | 400 | the body, a parameter or a header is not of the form asked for; `errors` names each field |
| `not_found` | 404 | nothing lives at this address |
| `method_not_allowed` | 405 | the address does not know this method |
| `length_required` | 411 | the body was sent in chunks, without saying how long it is |
| `body_too_large` | 413 | the body is longer than `DISTRICT_BODY_LIMIT` |
| `unsupported_media_type` | 415 | the body is not of the type the address reads, mostly `application/json` |
| `server_error` | 500 | our mistake; it is logged under the `X-Request-Id` of the answer |
"""


def all_refusals() -> list[type[DomainError]]:
    """Every subclass of DomainError that our installed apps define, by code."""
    for config in apps.get_app_configs():
        if find_spec(f"{config.name}.errors") is not None:
            import_module(f"{config.name}.errors")
    ours = {
        refusal for refusal in _below(DomainError) if not refusal.__module__.startswith("tests.")
    }
    return sorted(ours, key=lambda refusal: (refusal.code, refusal.__name__))


def page() -> str:
    """docs/errors.md as it must be."""
    with override("zh-hans"):
        rows = [
            f"| `{refusal.code}` | {refusal.status} | {refusal.title} | {refusal.wording or '—'} | {_app(refusal)} |"
            for refusal in all_refusals()
        ]
    return _HEAD + "\n".join(rows) + "\n" + _FRAMEWORK


def _below(refusal: type[DomainError]) -> Iterator[type[DomainError]]:
    for subclass in refusal.__subclasses__():
        yield subclass
        yield from _below(subclass)


def _app(refusal: type[DomainError]) -> str:
    return refusal.__module__.rpartition(".")[0].removeprefix("district.")
