SETTLEMENT: dict[str, str] = {}
