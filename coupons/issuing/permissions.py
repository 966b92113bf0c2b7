"""Who may issue what, and whether it can be issued just now."""

from coupons.errors import ClaimNotBegun, ClaimOver, VersionNotInState
from coupons.issuing.errors import IssueNotYours
from coupons.models import TemplateVersion
from district.kernel import clock
from district.members.models import User
from district.merchants.models import Clerk
from district.merchants.queries import is_operator, live_post


def may_issue(version: TemplateVersion, by: User) -> bool:
    """An operator may issue every coupon, the owner of a merchant that merchant's own."""
    if is_operator(by):
        return True
    post = live_post(by)
    return (
        post is not None
        and post.role == Clerk.Role.OWNER
        and post.merchant_id == version.template.merchant_id
    )


def require_may_issue(version: TemplateVersion, by: User) -> None:
    """Raises IssueNotYours."""
    if not may_issue(version, by):
        raise IssueNotYours


def require_issuable(version: TemplateVersion) -> None:
    """Checked before thousands of lines are refused one by one. Raises ClaimNotBegun, ClaimOver, VersionNotInState."""
    if version.state != TemplateVersion.State.PUBLISHED:
        raise VersionNotInState(state=version.get_state_display())
    if clock.now() >= version.claim_until:
        raise ClaimOver
    if clock.now() < version.claim_from:
        raise ClaimNotBegun(begins=version.claim_from.isoformat())
