"""The transactional outbox: events, their delivery, and what wakes a worker."""
