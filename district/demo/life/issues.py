"""Coupons issued to lists and audiences over weeks, and codes that a partner sold."""

from coupons.issuing import services as issuing
from coupons.issuing.services.open import Audience
from coupons.models import TemplateVersion
from district.demo.life.scene import Scene, key_of
from district.kernel.ids import new_id
from loyalty.queries import receipts

CODES = 24


def play(scene: Scene) -> None:
    """Two jobs that are done, one with lines that were refused, one that was stopped; a batch of codes."""
    everyday = TemplateVersion.objects.get(template__name="全商圈满减", state="published")
    evening = TemplateVersion.objects.get(template__name="夜间餐饮八五折", state="published")
    with scene.moved_to(21, 10):
        job = issuing.open_issue_job(
            version=evening,
            to=_list(scene, 10, 40),
            name="秋季会员回馈",
            by=scene.operator,
            key=key_of("issue", "list"),
        )
        issuing.run_issue_job(job=job, seconds=60)
    with scene.moved_to(9, 15):
        job = issuing.open_issue_job(
            version=everyday,
            to=_list(scene, 40, 52),
            name="周年庆补发",
            by=scene.operator,
            key=key_of("issue", "stopped"),
        )
        issuing.stop_issue_job(job=job, by=scene.operator)
    with scene.moved_to(7, 15):
        job = issuing.open_issue_job(
            version=TemplateVersion.objects.get(template__name="到店礼", state="published"),
            to=_members_list(_buyers(scene)),
            name="老顾客到店礼",
            by=scene.owner,
            key=key_of("issue", "owner"),
        )
        issuing.run_issue_job(job=job, seconds=60)
    with scene.moved_to(5, 16):
        issuing.import_codes(
            version=everyday,
            content=_codes(),
            name="合作平台券码",
            by=scene.operator,
            key=key_of("codes"),
        )
    with scene.moved_to(0, 22):
        job = issuing.open_issue_job(
            version=evening,
            to=Audience(tag="clean_plate"),
            name="光盘行动回馈",
            by=scene.operator,
            key=key_of("issue", "tag"),
        )
        issuing.run_issue_job(job=job, seconds=60)


def _list(scene: Scene, first: int, last: int) -> bytes:
    """Some members by number, one of them twice, and a number that is nobody's."""
    members = scene.members[first % len(scene.members) :][: last - first]
    known = [member.public_id for member in members]
    return _members_list([*known, known[0], new_id("mem")])


def _buyers(scene: Scene) -> list[str]:
    """Members whom the first merchant knows by what they bought."""
    bought = receipts().filter(store__merchant=scene.steady[0].merchant)
    accounts = set(bought.order_by("at")[:60].values_list("account_id", flat=True))
    return [member.public_id for member in scene.members if member.pk in accounts][:12]


def _members_list(numbers: list[str]) -> bytes:
    return ("member\n" + "\n".join(numbers) + "\n").encode()


def _codes() -> bytes:
    codes = [f"HZ2026{number:06d}" for number in range(CODES)]
    return ("code\n" + "\n".join([*codes, codes[0]]) + "\n").encode()
