"""What a snapshot seals: SHA-256 over inputs, day and policy, the same for the same facts on every platform."""

import hashlib
from datetime import date
from typing import Any

from credit.score.policy import ScorePolicy
from credit.score.policy_document import policy_document
from credit.score.reader import inputs_document
from credit.score.values import ScoreInputs
from district.documents.json_text import canonical_bytes


def input_digest(inputs: ScoreInputs, as_of: date, policy: ScorePolicy) -> str:
    """In hex. Neither the order of facts nor how their counts are split changes it."""
    return document_digest(inputs_document(inputs), as_of, policy)


def document_digest(inputs: dict[str, Any], as_of: date, policy: ScorePolicy) -> str:
    """The same of inputs that are a document already (`reader.inputs_document`)."""
    document = {
        "as_of": as_of.isoformat(),
        "inputs": inputs,
        "policy": policy_document(policy),
    }
    return hashlib.sha256(canonical_bytes(document)).hexdigest()
