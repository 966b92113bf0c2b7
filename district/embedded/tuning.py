"""How the embedded server is configured; everything is given at its start, no file is edited."""

from collections.abc import Mapping

from district.embedded.home import PORT

TUNING: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    # A container's /dev/shm is often 64 MB, which parallel workers overrun; two cores gain little from them.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
    # Details and statements of failed queries carry people's data.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
PROFILES: Mapping[str, Mapping[str, str]] = {
    "durable": {},
    "fast": {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "checkpoint_timeout": "1h",
        "max_wal_size": "4GB",
        # Every xdist worker, web server and Celery worker of a run is connected at once.
        "max_connections": "200",
    },
}
