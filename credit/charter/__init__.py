"""Co-governance: the charter of the alliance, who has pledged to keep it, and what merchants put right by themselves."""
