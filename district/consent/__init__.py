"""Consent of members: what they allow the district to do with their data, on which text, since when."""
