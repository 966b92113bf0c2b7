"""The alliance as a party of its own."""

from district.merchants.models import Merchant


def alliance_party() -> Merchant:
    """The party that pays for the alliance's own points and keeps its fees; made when first needed.

    It has no stores and belongs to no directory.
    """
    party, _made = Merchant.objects.get_or_create(
        kind=Merchant.Kind.ALLIANCE, defaults={"name": "商圈联盟", "legal_name": "商圈联盟"}
    )
    return party
