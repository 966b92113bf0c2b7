"""The members app over HTTP."""
