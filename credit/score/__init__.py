"""The credit score of a merchant: a pure function of (inputs, as_of, policy) that anyone can recompute."""
