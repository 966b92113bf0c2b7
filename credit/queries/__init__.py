"""What others may read of credit."""
