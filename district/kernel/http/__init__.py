"""What every endpoint shares: parsers, problems, pages, rate limits, the contract."""
