"""Ocean data from listed servers: files, OPeNDAP and ERDDAP griddap, kept in a cache.

:class:`RemoteForcing` asks through one client (``http``) that connects only to what
``guard`` allows; ``opendap`` and ``erddap`` cut a ``box`` out of a remote grid,
``check`` looks whether a file came whole, ``cache`` keeps it by its content.
"""

from core.environment.remote.cache import EnvironmentCache
from core.environment.remote.fetch import Fetched, RemoteForcing
from core.environment.remote.guard import HostEntry, parse_hosts
from core.environment.remote.http import GuardedClient, Limits

__all__ = [
    "EnvironmentCache",
    "Fetched",
    "GuardedClient",
    "HostEntry",
    "Limits",
    "RemoteForcing",
    "parse_hosts",
]
