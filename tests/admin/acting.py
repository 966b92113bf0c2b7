"""Filling in an act's form as a browser would."""

import re

_FIELD = re.compile(r"<(?:input|select|textarea)[^>]*name=\"([^\"]+)\"")
_ONCE = re.compile(r'name="once" value="([0-9a-f]{32})"')


def act(client, address, **asked):
    """GET the form, fill it in and POST it; the answer to the POST."""
    page = client.get(address)
    assert page.status_code == 200, (address, page.status_code)
    return client.post(address, {"once": once_of(page)} | asked)


def once_of(page):
    return _ONCE.search(page.content.decode())[1]


def fields_of(page):
    """The names of all fields of the page's form, without Django's and ours."""
    return set(_FIELD.findall(page.content.decode())) - {"csrfmiddlewaretoken", "once"} - {"s"}


def text_of(page):
    """The page without markup, icons and scripts."""
    html = re.sub(r"<(script|style)\b.*?</\1>", " ", page.content.decode(), flags=re.DOTALL)
    html = re.sub(
        r"<span[^>]*material-symbols-outlined[^>]*>.*?</span>", " ", html, flags=re.DOTALL
    )
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
