"""Migrations of the store, oldest first. A test holds this list to the files."""

#: Revisions known to this version, in order.
REVISIONS: tuple[str, ...] = ("0001", "0002", "0003", "0004")
HEAD: str = REVISIONS[-1]
