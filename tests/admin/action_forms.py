"""Filling in an act's form as a browser would."""

import re
from html import unescape

from django import forms

_FIELD = re.compile(r"<(?:input|select|textarea)[^>]*name=\"([^\"]+)\"")
_PAGE_VALUES = re.compile(r'name="page_values" value="([^"]*)"')
_ONCE = re.compile(r'name="once" value="([0-9a-f]{32})"')


def act(client, address, **changes):
    """GET the form, fill it in and POST it; the answer to the POST."""
    page = client.get(address)
    assert page.status_code == 200, (address, page.status_code)
    return client.post(address, {"once": once_of(page)} | values_of(page) | changes)


def once_of(page):
    return _ONCE.search(page.content.decode())[1]


def values_of(page):
    """What a page of an edit says about the values it showed; nothing for other pages."""
    found = _PAGE_VALUES.search(page.content.decode())
    return {"page_values": unescape(found[1])} if found else {}


def form_values(page):
    """Everything a browser would send of a page's form that nobody touched."""
    context = page.context
    form = context["adminform"].form if "adminform" in context else context["form"]
    sent = {name: _as_sent(form[name]) for name in form.fields}
    return {name: value for name, value in sent.items() if value is not None}


def _as_sent(bound):
    widget, value = bound.field.widget, bound.value()
    if isinstance(widget, forms.CheckboxInput):
        return "on" if value else None
    if isinstance(widget, forms.SelectMultiple | forms.CheckboxSelectMultiple):
        choice_keys = {str(key) for key, _label in bound.field.choices}
        return [str(key) for key in value or () if str(key) in choice_keys]
    if isinstance(widget, forms.Select):
        return "" if value is None else str(value)
    return widget.format_value(value) or ""


def fields_of(page):
    """The names of all fields of the page's form, without Django's and ours."""
    return set(_FIELD.findall(page.content.decode())) - {
        "csrfmiddlewaretoken",
        "once",
        "page_values",
        "s",
    }


def text_of(page):
    """The page without markup, icons and scripts."""
    html = re.sub(r"<(script|style)\b.*?</\1>", " ", page.content.decode(), flags=re.DOTALL)
    html = re.sub(
        r"<span[^>]*material-symbols-outlined[^>]*>.*?</span>", " ", html, flags=re.DOTALL
    )
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
