"""What a fee is settled with: pure, see `tendering`."""
