"""Django's PostgreSQL backend, but for how it asks whether a connection still lives."""
