"""Coupons issued to lists and audiences over weeks, and codes that a partner sold."""

from coupons.issuing import services as issuing
from coupons.issuing.services.open import IssueAudience
from coupons.models import TemplateVersion
from district.demo.chapters.context import ChapterContext, key_of
from district.kernel.database.ids import new_id
from loyalty.queries import receipts

CODES = 24


def run(context: ChapterContext) -> None:
    """Two jobs that are done, one with lines that were refused, one that was stopped; a batch of codes."""
    everyday = TemplateVersion.objects.get(template__name="全商圈满减", state="published")
    evening = TemplateVersion.objects.get(template__name="夜间餐饮八五折", state="published")
    with context.travel_to(21, 10):
        job = issuing.open_issue_job(
            version=evening,
            to=_members_by_number(context, 10, 40),
            name="秋季会员回馈",
            by=context.operator,
            key=key_of("issue", "list"),
        )
        issuing.run_issue_job(job=job, seconds=60)
    with context.travel_to(9, 15):
        job = issuing.open_issue_job(
            version=everyday,
            to=_members_by_number(context, 40, 52),
            name="周年庆补发",
            by=context.operator,
            key=key_of("issue", "stopped"),
        )
        issuing.stop_issue_job(job=job, by=context.operator)
    with context.travel_to(7, 15):
        job = issuing.open_issue_job(
            version=TemplateVersion.objects.get(template__name="到店礼", state="published"),
            to=_members_csv(_buyers(context)),
            name="老顾客到店礼",
            by=context.owner,
            key=key_of("issue", "owner"),
        )
        issuing.run_issue_job(job=job, seconds=60)
    with context.travel_to(5, 16):
        issuing.import_codes(
            version=everyday,
            content=_codes_csv(),
            name="合作平台券码",
            by=context.operator,
            key=key_of("codes"),
        )
    with context.travel_to(0, 22):
        job = issuing.open_issue_job(
            version=evening,
            to=IssueAudience(tag="clean_plate"),
            name="光盘行动回馈",
            by=context.operator,
            key=key_of("issue", "tag"),
        )
        issuing.run_issue_job(job=job, seconds=60)


def _members_by_number(context: ChapterContext, first: int, last: int) -> bytes:
    """Some members by number, one of them twice, and a number that is nobody's."""
    members = context.members[first % len(context.members) :][: last - first]
    known = [member.public_id for member in members]
    return _members_csv([*known, known[0], new_id("mem")])


def _buyers(context: ChapterContext) -> list[str]:
    """Members whom the first merchant knows by what they bought."""
    bought = receipts().filter(store__merchant=context.main_merchants[0].merchant)
    accounts = set(bought.order_by("at")[:60].values_list("account_id", flat=True))
    return [member.public_id for member in context.members if member.pk in accounts][:12]


def _members_csv(numbers: list[str]) -> bytes:
    return ("member\n" + "\n".join(numbers) + "\n").encode()


def _codes_csv() -> bytes:
    codes = [f"HZ2026{number:06d}" for number in range(CODES)]
    return ("code\n" + "\n".join([*codes, codes[0]]) + "\n").encode()
