"""Posts a real data set through the HTTP till API and reports figures anyone can recompute."""
