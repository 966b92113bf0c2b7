"""Complaints of shoppers and tip-offs: from the filing to an end that always comes."""
