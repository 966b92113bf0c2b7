"""The form of a draft, filled in."""

import secrets
from datetime import timedelta

from district.kernel import clock

VERSIONS = "/admin/coupons/templateversion/"
CONSENTS = "/admin/coupons/shareconsent/"


def draft_form(store, **fields):
    """A draft of ¥5 off from ¥20 on, as the form asks for it."""
    now = clock.now()
    return {
        "name": "满二十减五",
        "merchant": store.merchant_id,
        "kind": "cash_off",
        "face_yuan": "5",
        "threshold_yuan": "20",
        "uses": 1,
        "claim_from": f"{now:%Y-%m-%dT00:00}",
        "claim_until": f"{now + timedelta(days=30):%Y-%m-%dT00:00}",
        "validity": "relative",
        "days_from": 0,
        "days": 7,
        "stacking": "alone",
        "per_member": 1,
        "stock": 100,
        "budget_warn_percent": 20,
        "redeemer_percent": 50,
        "claimable": "on",
        "offline": "none",
        "replacement_days": 0,
    } | fields


def look(client, address, **form_values):
    """What the page's script asks for while somebody types: a piece of page as text."""
    sent = {"once": secrets.token_hex(16), "look": "card"} | form_values
    answer = client.post(address, sent)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()
