"""The inbox, twin of the outbox: signed notices from outside, stored once and handled at least once."""
