"""Stores that a complaint may be about."""

from district.kernel.errors import NotFound
from district.merchants.models import Store


def store_to_complain_about(public_id: str) -> Store:
    """Any store of the district, also one that has closed since. Raises NotFound."""
    store = Store.objects.select_related("merchant").filter(public_id=public_id).first()
    if store is None:
        raise NotFound
    return store
