"""What is logged and in which form: the setting LOGGING."""

from typing import Any


def logging_in(form: str) -> dict[str, Any]:
    """Every logger to stderr as `json` or `text`; what would tell of people or twice is left out."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "district.kernel.logs.JsonFormatter"},
            "text": {"()": "district.kernel.logs.TextFormatter"},
        },
        "filters": {"task": {"()": "district.kernel.logs.TaskFilter"}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": form if form in {"json", "text"} else "json",
            }
        },
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            # They quote paths, hosts and addresses; the request log says what came of it.
            "django.security": {"handlers": [], "level": "CRITICAL", "propagate": False},
            # It warns that the folder broker has no host.
            "kombu.connection": {"handlers": [], "level": "ERROR", "propagate": True},
            "urllib3": {"handlers": [], "level": "ERROR", "propagate": True},
            # Celery quotes what tasks raise and return.
            "celery.app.trace": {"filters": ["task"], "propagate": True},
            # The request log of the kernel says the same with an id and without personal data.
            "django.request": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }
