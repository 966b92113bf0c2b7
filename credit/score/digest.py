"""What a snapshot seals: SHA-256 over inputs, day and policy, the same for the same facts on every platform."""

import hashlib
from datetime import date
from functools import lru_cache
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
    # Canonical JSON has its keys in this order; the policy's part is the same for all merchants.
    digest = hashlib.sha256(f'{{"as_of":"{as_of.isoformat()}","inputs":'.encode())
    digest.update(canonical_bytes(inputs))
    digest.update(_policy_part(policy))
    return digest.hexdigest()


@lru_cache(maxsize=8)
def _policy_part(policy: ScorePolicy) -> bytes:
    return b',"policy":' + canonical_bytes(policy_document(policy)) + b"}"
