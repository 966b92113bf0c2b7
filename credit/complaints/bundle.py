"""The file of a case, to hand to a regulator or a court: who has it can check it without us.

A zip of canonical JSON (history, digests of the evidence), the script that checks it and a page that says how.
A function of values alone: the same case gives the same bytes.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from credit.complaints.machine.clocks import instant_text
from credit.complaints.machine.events import (
    CaseEvent,
    canonical_json,
    chain_problem,
    text_sha256,
)

FORMAT = "smart-district-case/1"
SCRIPT_NAME = "verify_case.py"
# The earliest a zip knows: the file says nothing of when it was made but in its JSON.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_PAGE = """投诉案卷 {case_id}

case.json      办理记录（逐条哈希相连）与证据摘要
{script}  核验程序，只需 Python 3

核验：  python3 {script} {case_id}.zip
末条哈希：{head}
证据原件另行提供时：  python3 {script} {case_id}.zip --evidence 文件夹
已删除的文字只留摘要，哈希链仍可核验。
"""


@dataclass(frozen=True, slots=True)
class EvidenceDigest:
    """A piece of evidence as it was received; `sha256` is that of the original, `name` that of a file."""

    name: str
    sha256: str
    size_bytes: int
    media_type: str
    given_by: str
    given_at: datetime

    def as_document(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "sha256": self.sha256,
            "size_bytes": self.size_bytes,
            "media_type": self.media_type,
            "given_by": self.given_by,
            "given_at": instant_text(self.given_at),
        }

    @property
    def seal(self) -> str:
        """What an act's `evidence` names it by: the chain seals all that is said of it, not only the original."""
        return text_sha256(canonical_json(self.as_document()))


class BrokenChain(Exception):
    """The case's own events do not agree: no file is made of them."""


class EvidenceNotSealed(Exception):
    """The pieces of evidence are not those that the events name."""


def bundle_document(
    events: Sequence[CaseEvent], evidence: Iterable[EvidenceDigest], made_at: datetime
) -> dict[str, Any]:
    """What `case.json` says. Raises BrokenChain and EvidenceNotSealed."""
    problem = chain_problem(events)
    if problem is not None or not events:
        raise BrokenChain(problem)
    evidence = list(evidence)
    named = {seal for event in events for seal in event.payload["details"].get("evidence", ())}
    if differing := named ^ {item.seal for item in evidence}:
        raise EvidenceNotSealed(sorted(differing))
    return {
        "format": FORMAT,
        "case": events[0].payload["details"]["case_id"],
        "made_at": instant_text(made_at),
        "head": events[-1].hash,
        "events": [
            {
                **event.as_document(),
                "note": event.note,
                "note_salt": event.note_salt,
                "prev_hash": event.prev_hash,
                "hash": event.hash,
            }
            for event in events
        ],
        "evidence": [item.as_document() for item in evidence],
    }


def case_bundle(document: dict[str, Any], script: str) -> bytes:
    """The zip of a `bundle_document`; `script` is the text of docs/verify_case.py."""
    page = _PAGE.format(case_id=document["case"], head=document["head"], script=SCRIPT_NAME)
    files = {"case.json": canonical_json(document), SCRIPT_NAME: script, "README.txt": page}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            bundle.writestr(entry, text.encode())
    return buffer.getvalue()
