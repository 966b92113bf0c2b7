"""The form of a draft: everything a template version says, in the words of whoever plans a campaign."""

from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from django import forms
from django.forms import BoundField, Media, Script
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons import services as coupons
from coupons.admin.draft_choices import choices_for, hidden_payers, merchants_for, payers_for
from coupons.admin.draft_fields import NEEDED, ONLY_FOR, TABS, DraftFields, percent
from coupons.admin.draft_parts import AudienceFields, HoursFields, ScopeFields
from coupons.funding import completed
from coupons.models import CouponTemplate, TemplateVersion
from district.kernel.backoffice.lazy_text import Text
from district.merchants.models import Merchant
from district.merchants.scope import Viewer, viewer

# Fields that stand in the model as they stand in the form.
PLAIN = (
    "kind",
    "gift",
    "parking_minutes",
    "partial",
    "uses",
    "claim_from",
    "claim_until",
    "valid_from",
    "valid_until",
    "days_from",
    "days",
    "times",
    "scope",
    "stacking",
    "instructions",
    "per_member",
    "per_member_day",
    "stock",
    "stock_per_day",
    "budget_warn_percent",
    "claimable",
    "points_price",
    "exchange_undo_minutes",
    "at_counter",
    "transferable",
    "audience",
    "offline",
    "replacement_days",
)
YUAN = {
    "face_yuan": "face_fen",
    "cap_yuan": "cap_fen",
    "threshold_yuan": "threshold_fen",
    "budget_yuan": "budget_fen",
    "gift_from_yuan": "gift_from_fen",
}
_REQUIRED_FEN = ("face_fen", "cap_fen", "threshold_fen")
_HUNDREDTHS = 100
# How many rows for payers the form shows at least.
PAYERS = 2
# How many rows of a kind a sent page may have.
MOST_ROWS = 50


@dataclass(frozen=True)
class Tab:
    """Fields that stand together on the page, each with the kinds it is only for (none: always)."""

    title: Text
    fields: list[tuple[BoundField, str]]

    @property
    def is_wrong(self) -> bool:
        return any(field.errors for field, _kinds in self.fields)


class DraftForm(DraftFields):
    """What it comes to is a draft for `save_draft`."""

    @property
    def media(self) -> Media:
        script: Any = Script("coupons/draft.js", defer=True)  # newer than the stubs
        own = Media(js=[script], css={"all": ["coupons/draft.css"]})
        whole: Media = super().media + own
        return whole

    def prepare(self) -> None:
        self._keep_sent_rows()
        self.scope_fields = ScopeFields(choices_for(viewer(self.request)))
        self.audience_fields = AudienceFields(self.scope_fields)
        self.fields |= (
            HoursFields.fields(dict(self.initial))
            | self.scope_fields.fields()
            | self.audience_fields.fields()
        )
        parties = payers_for(viewer(self.request))
        self.payers = max(PAYERS, self.initial.get("payers", 0))
        for number in range(1, self.payers + 1):
            named = {"number": number}
            self.fields[f"payer{number}"] = forms.ModelChoiceField(
                parties, label=_("承担方 %(number)s") % named, required=False
            )
            self.fields[f"payer{number}_percent"] = percent(
                _("承担方 %(number)s 的比例（%%）") % named, "0.01", "100", required=False
            )

    def _keep_sent_rows(self) -> None:
        """As many rows as the page had, though what is stored may have lost some meanwhile."""
        patterns = {"windows": "window{}_from", "stretches": "never{}_first", "payers": "payer{}"}
        for counted, pattern in patterns.items():
            sent = 0
            while sent < MOST_ROWS and pattern.format(sent + 1) in self.data:
                sent += 1
            self.initial[counted] = max(sent, self.initial.get(counted, 0))

    def tabs(self) -> list[Tab]:
        """The fields as they stand on the page, each with what it is only for."""
        named = {name: self[name] for name in self.fields if name != "once"}
        return [
            Tab(
                title,
                [
                    (named[name], ONLY_FOR.get(name, ""))
                    for pattern in patterns
                    for name in named
                    if fnmatchcase(name, pattern)
                ],
            )
            for title, patterns in TABS
        ]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        chosen = [values.get("kind"), values.get("validity")]
        for name, of in ONLY_FOR.items():
            if not set(of.split()) & set(chosen):
                # What was typed before another kind was chosen is hidden, and says nothing.
                values[name] = "" if name == "gift" else None
                self.errors.pop(name, None)
        for choice in chosen:
            for group in NEEDED.get(choice or "", ()):
                self._require_one(values, group)
        self._require_order(values)
        if not self.errors:
            self._read(values)
        return values

    def _require_one(self, values: dict[str, Any], group: tuple[str, ...]) -> None:
        """That exactly one of these fields is filled in; a sum of nothing is not."""
        first = group[0]
        filled = [
            name
            for name in group
            if values.get(name) or (name == "days_from" and values.get(name) == 0)
        ]
        if len(filled) == 1 or first in self.errors:
            return
        if len(group) == 1:
            self.add_error(first, _("请填写。"))
        else:
            labels = [str(self.fields[name].label).partition("（")[0] for name in group]
            self.add_error(first, _("%(fields)s请填写其中一项。") % {"fields": "与".join(labels)})

    def _require_order(self, values: dict[str, Any]) -> None:
        """What two fields say together."""

        def both(first: str, other: str) -> bool:
            return values.get(first) is not None and values.get(other) is not None

        if both("claim_from", "claim_until") and values["claim_until"] <= values["claim_from"]:
            self.add_error("claim_until", _("停止领取须晚于开始领取。"))
        if both("valid_from", "valid_until") and values["valid_until"] <= values["valid_from"]:
            self.add_error("valid_until", _("有效期止须晚于有效期起。"))
        if both("per_member", "per_member_day") and values["per_member_day"] > values["per_member"]:
            self.add_error("per_member_day", _("每日限领不能多于每人限领。"))
        if values.get("partial") and values.get("uses", 1) > 1:
            self.add_error("uses", _("余额可多次使用的券，可用次数只能为 1。"))
        if values.get("granted_by") and not values.get("granted"):
            self.add_error("granted", _("请填写由商户认可的标签。"))
        for number in range(1, self.payers + 1):
            party, share = values.get(f"payer{number}"), values.get(f"payer{number}_percent")
            if (party is None) != (share is None) and f"payer{number}" not in self.errors:
                self.add_error(f"payer{number}_percent", _("承担方与其比例须同时填写。"))

    def _read(self, values: dict[str, Any]) -> None:
        """The documents and the payers, of what all the fields say together."""
        before = self.row or TemplateVersion()
        values["picture_now"] = before.picture
        values["times"] = HoursFields.read(self, values, dict(self.initial))
        values["scope"] = self.scope_fields.read(values, before.scope)
        values["audience"] = self.audience_fields.read(values, before.audience)
        rows = [(values[f"payer{n}"], f"payer{n}_percent") for n in range(1, self.payers + 1)]
        shares = [(None, "redeemer_percent"), *(row for row in rows if row[0])]
        payers = [
            (party, int(values[name] * _HUNDREDTHS)) for party, name in shares if values[name]
        ]
        values["payers"] = payers + hidden_payers(self.row, viewer(self.request))


class NewTemplateForm(DraftForm):
    """The same with a name, and for the operator whose template it is."""

    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=40, help_text=gettext_lazy("会员看到的券名。")
    )
    merchant = forms.ModelChoiceField(
        Merchant.objects.none(),
        label=gettext_lazy("商户"),
        required=False,
        help_text=gettext_lazy("留空为平台券。"),
    )
    field_order = ["name", "merchant"]

    def prepare(self) -> None:
        super().prepare()
        who = viewer(self.request)
        self.field("merchant").required = not who.operator
        self.field("merchant").queryset = merchants_for(who)


def first_values(who: Viewer) -> dict[str, Any]:
    """What a new draft begins with: a merchant's coupon holds at its own stores and at its own cost,
    unless it says more."""
    if who.operator or who.post is None:
        return {}
    own = who.post.merchant
    return {
        "merchant": own,
        "only_merchants": [own.public_id],
        "payer1": own,
        "payer1_percent": Decimal(100),
    }


def draft_of(form: DraftForm) -> TemplateVersion:
    """The draft a valid form says, not stored: for a look at it."""
    values = form.cleaned_data
    row: TemplateVersion | None = form.row
    template = (
        row.template
        if row is not None
        else CouponTemplate(name=values["name"], merchant=values["merchant"])
    )
    draft = TemplateVersion(template=template)
    fill(draft, values)
    return draft


def fill(draft: TemplateVersion, values: dict[str, Any]) -> list[tuple[Merchant | None, int]]:
    """Put what the form says into a draft; who pays comes back."""
    for name in PLAIN:
        setattr(draft, name, values[name])
    draft.partial = bool(values["partial"])
    draft.parking_minutes = values["parking_minutes"] or 0
    for field_name, column in YUAN.items():
        fen = values[field_name]
        setattr(draft, column, (fen or 0) if column in _REQUIRED_FEN else fen)
    draft.instructions = "\n".join(
        line.strip() for line in values["instructions"].splitlines() if line.strip()
    )
    draft.picture = None if values["no_picture"] else values["picture_now"]
    draft.off_bp = int((values["off_percent"] or 0) * _HUNDREDTHS)
    payers: list[tuple[Merchant | None, int]] = values["payers"]
    return payers


def attach_picture(draft: TemplateVersion, values: dict[str, Any]) -> None:
    """Let a draft that is about to be saved show what was uploaded, if anything was."""
    if values["picture"] and not values["no_picture"]:
        draft.picture = coupons.keep_picture(values["picture"])


def initial_values(version: TemplateVersion, who: Viewer) -> dict[str, Any]:
    """What a version says, as the form's first values."""
    initial = {name: getattr(version, name) for name in PLAIN}
    initial |= {asked_as: getattr(version, column) for asked_as, column in YUAN.items()}
    initial["off_percent"] = Decimal(version.off_bp) / _HUNDREDTHS if version.off_bp else None
    initial["validity"] = "relative" if version.valid_from is None else "fixed"
    initial |= (
        HoursFields.initial_values(version.times)
        | ScopeFields.initial_values(version.scope)
        | AudienceFields.initial_values(version.audience)
    )
    visible, number = set(payers_for(who)), 0
    funding = version.funding.select_related("party").order_by("pk")
    payers = completed([(row.party, row.bp) for row in funding], version.template.merchant)
    for party, bp in payers:
        share = Decimal(bp) / _HUNDREDTHS
        if party is None:
            initial["redeemer_percent"] = share
        elif party in visible:
            number += 1
            initial |= {f"payer{number}": party, f"payer{number}_percent": share}
    return initial | {"payers": number}
