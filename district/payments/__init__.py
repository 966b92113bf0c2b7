"""Orders that people pay, money that arrives, refunds, and the channels' daily bills."""
