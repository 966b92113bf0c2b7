"""Reports of a merchant for one institution and one purpose: started by its owner, signed, expiring, revocable."""
