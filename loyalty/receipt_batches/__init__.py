"""Batches: a day's or a year's receipts and refunds of a till or an ERP in one upload, and the day-end check."""
