"""Codes that others sold: brought as a file, typed by a member, each good for one coupon."""

from django.db import transaction

from coupons.issuing.errors import CodeNotUsable, IssueNotYours
from coupons.issuing.files import column_of, normalised_code
from coupons.issuing.job_limits import AT_ONCE
from coupons.issuing.models import CodeBatch, ImportedCode
from coupons.issuing.permissions import require_issuable
from coupons.models import Coupon, TemplateVersion
from coupons.queries.wallet import coupon_result
from coupons.results import CouponResult
from coupons.services import issue_coupon
from district.kernel import audit, clock, idempotency
from district.kernel.idempotency import Key
from district.kernel.security.crypto import lookup_hash
from district.members.models import Member, User
from district.merchants.queries import is_operator

Hashed = tuple[int, str, bytes]


@transaction.atomic
def import_codes(
    *, version: TemplateVersion, content: bytes, name: str, by: User, key: Key
) -> CodeBatch:
    """Take the codes of a CSV with a column `code`, 6 to 64 letters and digits each; capitals, blanks
    and hyphens make no difference.

    The batch names which lines were no codes, and which were repeated: in the file, or known from an
    earlier one, whichever version that was for. Raises ClaimNotBegun, ClaimOver, IssueListInvalid,
    IssueNotYours, KeyReused, VersionNotInState.
    """
    if (earlier := idempotency.claim_key(key)) is not None:
        return CodeBatch.objects.get(pk=earlier)
    if not is_operator(by):
        raise IssueNotYours
    require_issuable(version)
    _column, cells = column_of(content, ("code",))
    good, repeated, refused = _classified(cells)
    batch = CodeBatch.objects.create(
        version=version,
        name=name,
        total=len(cells),
        imported=len(good),
        repeated_lines=repeated,
        refused_lines=refused,
        made_by=by,
        made_at=clock.now(),
    )
    ImportedCode.objects.bulk_create(
        (
            ImportedCode(version=version, batch=batch, code_hash=found_by, last4=last4)
            for _line, last4, found_by in good
        ),
        batch_size=AT_ONCE,
    )
    audit.record(
        verb="import_codes",
        subject=f"issuing.codebatch:{batch.pk}",
        by=by,
        version=version.public_id,
        imported=len(good),
    )
    idempotency.store_result(key, batch.pk)
    return batch


@transaction.atomic
def use_code(*, code: str, member: Member, key: Key) -> CouponResult:
    """Give the member who types a third-party code its coupon; of several who type it one gets it.

    The limits of a person are left aside, because the code was paid for elsewhere; stock and budget
    hold. Raises BudgetUsedUp, ClaimBusy, ClaimNotBegun, ClaimOver, CodeNotUsable, CouponSoldOut, CouponSoldOutToday,
    KeyReused.
    """
    held = _locked(code)
    if held is None or held.coupon_id is not None:
        earlier = idempotency.replay_or_raise(key, CodeNotUsable())
        return coupon_result(Coupon.objects.select_related("leased_to").get(pk=earlier))
    coupon = issue_coupon(
        version=held.version,
        member=member,
        source=Coupon.Source.IMPORT,
        key=key,
        limited=False,
    )
    ImportedCode.objects.filter(pk=held.pk).update(coupon=coupon.pk, used_at=clock.now())
    return coupon


def _locked(text: str) -> ImportedCode | None:
    code = normalised_code(text)
    if code is None:
        return None
    rows = ImportedCode.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("version").filter(code_hash=_code_hash(code)).first()


def _classified(cells: list[tuple[int, str]]) -> tuple[list[Hashed], list[int], list[int]]:
    """The new codes, the lines that repeat one, and the lines without one."""
    seen: set[bytes] = set()
    good: list[Hashed] = []
    repeated: list[int] = []
    refused: list[int] = []
    for line, text in cells:
        code = normalised_code(text)
        if code is None:
            refused.append(line)
            continue
        found_by = _code_hash(code)
        if found_by in seen:
            repeated.append(line)
        else:
            seen.add(found_by)
            good.append((line, code[-4:], found_by))
    known = _known([found_by for _line, _last4, found_by in good])
    repeated += [line for line, _last4, found_by in good if found_by in known]
    return [hashed for hashed in good if hashed[2] not in known], sorted(repeated), refused


def _known(hashes: list[bytes]) -> set[bytes]:
    known: set[bytes] = set()
    for start in range(0, len(hashes), AT_ONCE):
        rows = ImportedCode.objects.filter(code_hash__in=hashes[start : start + AT_ONCE])
        known |= {bytes(found_by) for found_by in rows.values_list("code_hash", flat=True)}
    return known


def _code_hash(code: str) -> bytes:
    """By what a code, in its one spelling, is found again."""
    return lookup_hash("coupon code", code)
