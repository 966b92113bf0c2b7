"""Receipts, returns and spendings of a real data set through the till API."""
