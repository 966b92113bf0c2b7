"""Venues, merchants, stores, the alliance, clerks and tills."""
