"""Many members with phones."""

from district.members import services as members
from district.replay.clients import ShopperClient
from tests.factories.members import make_member


def phones(web, count):
    """So many members, each with a phone."""
    return [
        ShopperClient(
            web.connect(), members.open_session(member=make_member(f"会员{number}")).token
        )
        for number in range(count)
    ]
