"""What Gyre keeps: SQLite with durable commits, and files by their content.

Saves and finds records, and knows no domain logic.
"""

from core.storage._rows import AddResult, Record
from core.storage.backup import BackupResult, restore_backup, write_backup
from core.storage.database import sqlite_path
from core.storage.files import ContentFiles
from core.storage.fixes import FIX_COLUMNS
from core.storage.hauls import HAUL_COLUMNS
from core.storage.store import Store, open_store

__all__ = [
    "FIX_COLUMNS",
    "HAUL_COLUMNS",
    "AddResult",
    "BackupResult",
    "ContentFiles",
    "Record",
    "Store",
    "open_store",
    "restore_backup",
    "sqlite_path",
    "write_backup",
]
