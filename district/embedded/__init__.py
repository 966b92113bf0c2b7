"""The default without any server installed: PostgreSQL under a supervisor, and the processes of the demo.

Knows nothing of the district above it and imports no Django.
"""

from district.embedded.attachment import Attached, attach, attached_server, new_cluster
from district.embedded.cluster import Cluster
from district.embedded.errors import EmbeddedError
from district.embedded.testing import run_tests

__all__ = [
    "Attached",
    "Cluster",
    "EmbeddedError",
    "attach",
    "attached_server",
    "new_cluster",
    "run_tests",
]
