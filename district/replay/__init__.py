"""Posts real data sets through the HTTP APIs and reports figures that anyone can recompute; the product never imports it."""
