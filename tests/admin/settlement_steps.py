"""Steps on the screens of the settlement."""

from tests.admin.action_forms import once_of, text_of

ADMIN = "/admin/settlement"


def page_of(client, row):
    return client.get(f"{ADMIN}/{row._meta.model_name}/{row.pk}/change/")


def confirm_preview(client, address, **fields):
    """Fill in, look, confirm."""
    fields = {"once": once_of(client.get(address))} | fields
    seen = client.post(address, fields)
    assert seen.context["mark"], text_of(seen)
    return seen, client.post(address, fields | {"seen": seen.context["mark"]})
