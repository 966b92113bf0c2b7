"""What a person hears of the files they handed in."""

from typing import Any

from rest_framework import serializers

from credit.evidence.models import EvidenceFile
from credit.evidence.queries import link_for
from credit.evidence.texts import CHECK_STATES, FILE_KINDS, VISIBILITIES
from credit.evidence.values import Side
from district.kernel.http.api import cached_serializer
from district.kernel.http.fields import InstantField
from district.members.models import User

CONTENT = "/api/v1/me/evidence/content/"


class EvidenceOut(serializers.Serializer[Any]):
    """A file that was handed in. `sha256` is that of the file as it came."""

    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(choices=FILE_KINDS)
    media_type = serializers.CharField()
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    visibility = serializers.ChoiceField(choices=VISIBILITIES)
    check = serializers.ChoiceField(choices=CHECK_STATES, source="state")
    check_text = serializers.CharField(source="get_state_display")
    at = InstantField()
    case = serializers.CharField(
        source="subject", allow_blank=True, help_text="Empty until an act on a case names the file."
    )


class EvidenceWithLinkOut(EvidenceOut):
    """`link` opens the file for ten minutes, with the token of the same person; null where it was erased."""

    link = serializers.CharField(allow_null=True)
    link_until = InstantField(allow_null=True)


class EvidencePage(serializers.Serializer[Any]):
    results = EvidenceOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="cursor of the next page")


def evidence_row(file: EvidenceFile) -> Any:
    return cached_serializer(EvidenceOut).to_representation(file)


def evidence_answer(file: EvidenceFile, owner: User) -> Any:
    """The file with a fresh link for its owner; without one where it was taken back since."""
    link = link_for(file, owner, Side(file.side))
    if link is None:
        return evidence_row(file) | {"link": None, "link_until": None}
    until = cached_serializer(EvidenceWithLinkOut).fields["link_until"]
    return evidence_row(file) | {
        "link": f"{CONTENT}{link.token}",
        "link_until": until.to_representation(link.until),
    }
