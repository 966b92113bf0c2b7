"""Questions about car parks and tariffs: who reports, what anybody may find, what a stay costs."""
