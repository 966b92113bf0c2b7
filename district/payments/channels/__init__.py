"""Ways to be paid. Each keeps the contract in `base.py`; `registry.py` knows which ones are set up here."""
