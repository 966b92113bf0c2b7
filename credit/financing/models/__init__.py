"""The tables of the financing service."""

from credit.financing.models.institutions import PartnerInstitution, Referral
from credit.financing.models.reports import FinancingReport, ReportStatus, ReportView

__all__ = ["FinancingReport", "PartnerInstitution", "Referral", "ReportStatus", "ReportView"]
