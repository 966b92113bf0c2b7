"""The one place that talks to WeChat."""
