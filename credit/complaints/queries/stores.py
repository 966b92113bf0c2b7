"""Stores that a complaint may be about."""

from credit.queries.codes import check_code
from district.kernel.errors import NotFound
from district.merchants.models import Store


def store_to_complain_about(public_id: str) -> Store:
    """Any store of the district, also one that has closed since. Raises NotFound."""
    store = Store.objects.select_related("merchant").filter(public_id=public_id).first()
    if store is None:
        raise NotFound
    return store


def store_of_code(public_id: str) -> Store:
    """The store at whose counter a credit code stands or stood. Raises NotFound."""
    return check_code(public_id, version=None, signature=None).store
