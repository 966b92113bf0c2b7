"""Plan meets database: which rows the planned stores, tills and members are."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from district.demo.merchant_setup import TILL
from district.demo.plan import Plan
from district.members.models import Member, WechatIdentity
from district.merchants.models import Store, TillKey
from district.merchants.queries import Till
from district.wechat.gateway import WechatSession
from district.wechat.sandbox.people import openid_of


@dataclass(frozen=True)
class PlannedRows:
    """The rows by the numbers of the plan."""

    stores: Mapping[int, Store]
    tills: Mapping[int, Till]
    members: Mapping[int, Member]

    @classmethod
    def load(cls, plan: Plan) -> "PlannedRows":
        stores = {store.name: store for store in Store.objects.select_related("merchant")}
        keys = {key.merchant_id: key for key in TillKey.objects.filter(name=TILL).order_by("-pk")}
        numbered = {
            planned.number: stores[planned.name]
            for merchant in plan.merchants
            for planned in merchant.stores
        }
        return cls(
            stores=numbered,
            tills={
                merchant.number: _till(keys, [numbered[store.number] for store in merchant.stores])
                for merchant in plan.merchants
            },
            members=_members(plan),
        )


def person_of(name: str) -> WechatSession:
    """Whom the WeChat sandbox knows by that name, so that everybody of the demo can sign in."""
    return WechatSession(openid=openid_of(settings.WECHAT_APPID, name))


def member_of_person(name: str) -> Member:
    return Member.objects.get(identities__openid_hash=person_of(name).openid_hash)


def _till(keys: Mapping[int, TillKey], stores: list[Store]) -> Till:
    """The merchant's till as it is after it has shown its key, which nobody keeps."""
    merchant = stores[0].merchant
    key = keys[merchant.pk]
    return Till(
        key_id=key.pk,
        public_id=key.public_id,
        name=key.name,
        merchant=merchant,
        stores={store.public_id: store for store in stores},
        in_alliance=True,
        last_used_at=None,
    )


def _members(plan: Plan) -> dict[int, Member]:
    by_openid = {
        bytes(identity.openid_hash): identity.member
        for identity in WechatIdentity.objects.select_related("member")
    }
    found = {
        planned.number: by_openid.get(person_of(planned.person).openid_hash)
        for planned in plan.members
    }
    return {number: member for number, member in found.items() if member is not None}
