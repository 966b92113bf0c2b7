"""The tables of credit."""

from credit.models.case_outcomes import CaseOutcomeVersion
from credit.models.codes import CreditCode, StoreScanCount
from credit.models.inspections import Inspection, InspectionRound
from credit.models.objections import FactCorrection, MerchantStatement
from credit.models.policies import PolicyShadowRun, ScorePolicyVersion
from credit.models.profiles import Licence, ProfileEntry
from credit.models.promises import Promise, PromiseAdoption
from credit.models.ratings import Rating
from credit.models.records import (
    CharterRecordProposal,
    CreditRecord,
    RecordImport,
    RecordLevel,
    RecordRepair,
    RecordVersion,
)
from credit.models.remedy_debts import RemedyDebtVersion
from credit.models.snapshots import CreditSnapshot, SnapshotGrade
from credit.models.statistics import DistrictStatistics

__all__ = [
    "CaseOutcomeVersion",
    "CharterRecordProposal",
    "CreditCode",
    "CreditRecord",
    "CreditSnapshot",
    "DistrictStatistics",
    "FactCorrection",
    "Inspection",
    "InspectionRound",
    "Licence",
    "MerchantStatement",
    "PolicyShadowRun",
    "ProfileEntry",
    "Promise",
    "PromiseAdoption",
    "Rating",
    "RecordImport",
    "RecordLevel",
    "RecordRepair",
    "RecordVersion",
    "RemedyDebtVersion",
    "ScorePolicyVersion",
    "SnapshotGrade",
    "StoreScanCount",
]
