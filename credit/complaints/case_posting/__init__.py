"""How a case that was acted on is stored, with all that follows: what every verb of complaints ends in."""
