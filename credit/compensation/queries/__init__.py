"""Questions about the fund."""
