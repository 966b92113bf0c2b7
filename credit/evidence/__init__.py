"""Files that people hand in as evidence: received, sealed, checked, looked at, deleted."""
