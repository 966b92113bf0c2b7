"""What can be done with consent."""

from district.consent.services.choices import deny_consent, grant_consent, withdraw_consent
from district.consent.services.expiry import expire_consents
from district.consent.services.merger import merge_consents
from district.consent.services.notices import (
    approve_notice,
    propose_notice,
    reject_notice,
    serve_notice,
)
from district.consent.services.rebuild import rebuild_consents
from district.consent.services.subjects import set_minor

__all__ = [
    "approve_notice",
    "deny_consent",
    "expire_consents",
    "grant_consent",
    "merge_consents",
    "propose_notice",
    "rebuild_consents",
    "reject_notice",
    "serve_notice",
    "set_minor",
    "withdraw_consent",
]
