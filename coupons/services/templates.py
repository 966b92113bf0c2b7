"""The life of a template version: drafted, submitted, approved by somebody else, stopped."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from coupons.document_schemas import require_documents
from coupons.engine.funding import WHOLE
from coupons.errors import ApproverIsEditor, TemplateInvalid, VersionNotInState
from coupons.funding import Payers, completed
from coupons.models import CouponTemplate, TemplateFunding, TemplateVersion, VersionEdit
from coupons.planning_errors import ConsentMissing
from coupons.queries.consents import missing_consent_names
from coupons.queries.edits import editor_ids
from district.kernel import audit, clock
from district.kernel.database.postgres import call, translate_database_errors
from district.members.models import User
from district.merchants import services as merchants
from district.merchants.models import Merchant
from district.merchants.queries import live_post

State = TemplateVersion.State


@transaction.atomic
def create_template(*, name: str, merchant: Merchant | None, by: User) -> CouponTemplate:
    """A template without a version; without a merchant it is the operator's. Raises TemplateInvalid."""
    template = CouponTemplate(name=name, merchant=merchant, created_by=by)
    _clean(template)
    template.save()
    _note("create_template", template, by)
    return template


@transaction.atomic
def save_draft(*, draft: TemplateVersion, payers: Payers, by: User) -> TemplateVersion:
    """Write a draft as it now is, new or changed; `payers` are (party, basis points), without a party
    the merchant that redeems. What nobody promised of a merchant's coupon is that merchant's, and of a
    platform coupon the alliance's.

    Raises TemplateInvalid, VersionNotInState.
    """
    if draft.pk is None:
        CouponTemplate.objects.select_for_update(no_key=True).get(pk=draft.template_id)
        numbers = TemplateVersion.objects.filter(template=draft.template_id)
        draft.number = (numbers.aggregate(last=Max("number"))["last"] or 0) + 1
        draft.drafted_by = by
        act = VersionEdit.Act.DRAFT
    else:
        _locked(draft.pk, State.DRAFT)
        act = VersionEdit.Act.EDIT
    if draft.state != State.DRAFT:
        raise VersionNotInState(state=draft.get_state_display())
    payers = completed(payers, draft.template.merchant)
    validate_draft(draft=draft, payers=payers)
    draft.save()
    draft.funding.all().delete()
    TemplateFunding.objects.bulk_create(
        TemplateFunding(version=draft, party=party, bp=bp) for party, bp in payers
    )
    call("coupons_record_edit", draft.pk, act, by.pk, clock.now())
    _note("save_draft", draft, by)
    return draft


def validate_draft(*, draft: TemplateVersion, payers: Payers) -> None:
    """That a draft could be saved as it is, without saving it. Raises TemplateInvalid."""
    require_documents(times=draft.times, scope=draft.scope, audience=draft.audience)
    if sum(bp for _party, bp in payers) > WHOLE or any(bp < 1 for _party, bp in payers):
        raise TemplateInvalid(reason=_("分摊比例合计不能超过 100%，且每项须大于 0。"))
    if len({party for party, _bp in payers}) != len(payers):
        raise TemplateInvalid(reason=_("同一承担方只能填写一次。"))
    # One that was never saved has no number yet, and perhaps no template.
    _clean(draft, unknown=() if draft.number else ("template", "number", "drafted_by"))


@transaction.atomic
def submit_version(*, version: TemplateVersion, by: User) -> TemplateVersion:
    """Lay a draft before the operator; from here on nothing of it changes any more. The merchants it
    names as payers are asked whether they bear their share.

    Raises TemplateInvalid, VersionNotInState.
    """
    held = _locked(version.pk, State.DRAFT)
    # Whoever pays what no party bears has to exist.
    merchants.alliance_party()
    _require_funded(held)
    held.state, held.submitted_at = State.SUBMITTED, clock.now()
    call("coupons_record_edit", held.pk, VersionEdit.Act.SUBMIT, by.pk, held.submitted_at)
    held.save(update_fields=["state", "submitted_at"])
    # Whoever submits the own merchant's coupon agrees by that to what it bears of it.
    post = live_post(by)
    own = post is not None and post.merchant_id == held.template.merchant_id
    call(
        "coupons_ask_payers",
        held.pk,
        held.template.merchant_id if own else None,
        by.pk,
        held.submitted_at,
    )
    _note("submit_version", held, by)
    return held


@transaction.atomic
def approve_version(*, version: TemplateVersion, by: User, note: str = "") -> TemplateVersion:
    """Publish what others wrote and submitted: its stock and budget are laid out, and the version of the
    template that was given out until now is stopped. Every merchant it names as a payer has agreed.

    Raises ApproverIsEditor, ConsentMissing, VersionNotInState.
    """
    held = _locked(version.pk, State.SUBMITTED)
    _decided(held, by, note)
    if missing := missing_consent_names(held):
        raise ConsentMissing(merchants="、".join(missing))
    for earlier in TemplateVersion.objects.filter(
        template=held.template_id, state=State.PUBLISHED
    ).exclude(pk=held.pk):
        _stop(earlier.pk, by)
    held.state = State.PUBLISHED
    with translate_database_errors():
        held.save(update_fields=["state", "decided_by", "decided_at", "note"])
    call("coupons_open_stock", held.pk)
    _note("approve_version", held, by)
    return held


@transaction.atomic
def reject_version(*, version: TemplateVersion, by: User, note: str) -> TemplateVersion:
    """Send back what somebody else submitted, with a word why. Raises as `approve_version`."""
    held = _locked(version.pk, State.SUBMITTED)
    _decided(held, by, note)
    held.state = State.REJECTED
    with translate_database_errors():
        held.save(update_fields=["state", "decided_by", "decided_at", "note"])
    _note("reject_version", held, by)
    return held


@transaction.atomic
def stop_version(*, version: TemplateVersion, by: User) -> TemplateVersion:
    """Give out no more; coupons that are out stay good, and what is left of stock and budget is free.

    Raises VersionNotInState.
    """
    return _stop(version.pk, by)


@transaction.atomic
def resize_stock(
    *, version: TemplateVersion, stock_was: int, stock: int, by: User
) -> TemplateVersion:
    """Change how many there are in all, from what it was thought to be; not below what is given out.

    Raises StockChanged, StockGivenOut, TemplateInvalid, VersionNotInState.
    """
    held = _locked(version.pk, State.PUBLISHED)
    if held.stock is None or stock < 1:
        raise TemplateInvalid(reason=_("只有限量的券可以调整库存，且不能少于 1。"))
    call("coupons_resize_stock", held.pk, stock_was, stock)
    _note("resize_stock", held, by, stock_was=stock_was, stock=stock)
    return held


def _require_funded(draft: TemplateVersion) -> None:
    """That a merchant's coupon names who bears all of it. Raises TemplateInvalid."""
    named = draft.funding.aggregate(bp=Sum("bp"))["bp"] or 0
    if draft.template.merchant_id is not None and named != WHOLE:
        # A draft from before this was asked for; saving it again completes it.
        raise TemplateInvalid(reason=_("商户券的成本须写明由谁承担，合计 100%；请重新保存草稿。"))


def _stop(pk: int, by: User) -> TemplateVersion:
    held = _locked(pk, State.PUBLISHED)
    held.state, held.stopped_at = State.STOPPED, clock.now()
    held.save(update_fields=["state", "stopped_at"])
    returned = call("coupons_close_stock", pk)
    _note("stop_version", held, by, budget_returned_fen=returned)
    return held


def _locked(pk: int, state: str) -> TemplateVersion:
    held = TemplateVersion.objects.select_for_update().get(pk=pk)
    if held.state != state:
        raise VersionNotInState(state=held.get_state_display())
    return held


def _decided(held: TemplateVersion, by: User, note: str) -> None:
    if by.pk in editor_ids(held):
        raise ApproverIsEditor
    held.decided_by, held.decided_at, held.note = by, clock.now(), note


def _clean(row: CouponTemplate | TemplateVersion, unknown: Collection[str] = ()) -> None:
    """Raises TemplateInvalid; what is not known yet is not looked at."""
    try:
        row.full_clean(exclude=unknown)
    except ValidationError as error:
        raise TemplateInvalid(reason=" ".join(error.messages)) from None


def _note(verb: str, row: CouponTemplate | TemplateVersion, by: User, **facts: Any) -> None:
    audit.record(verb=verb, subject=f"{row._meta.label_lower}:{row.pk}", by=by, **facts)
