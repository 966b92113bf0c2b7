"""How a test fills the page of the counter in, as a browser would."""

import re

from coupons import services as coupons
from tests.admin.action_forms import text_of

COUNTER_PAGE = "/admin/desks/counter/"
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


def bill(store, *codes, **fields):
    return {
        "check": "1",
        "store": store.pk,
        "bill_no": "B-0001",
        "amount": "100.00",
        "codes": "\n".join(codes),
    } | fields


def code(coupon):
    return coupons.show_coupon(coupon=coupon).code


def confirmation(page):
    """The form under the check: what its button would send."""
    markup = page.content.decode()
    form = markup[markup.index('class="c-check"') :]
    sent = {}
    for name, value in _HIDDEN.findall(form[: form.index("</form>")]):
        sent.setdefault(name, []).append(value)
    return sent | {"redeem": ["1"]}


def follow(client, answer):
    assert answer.status_code == 302, text_of(answer)
    return client.get(answer.url)
