"""What a training came from: the code's commit and a hash of the photos."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

__all__ = ["code_commit", "data_hash"]


def code_commit(root: Path) -> str:
    """Name the commit that a checkout is at.

    Git's own files are read, so that no program is started. Returns ``unknown`` where
    there is no history, as in an unpacked archive; a training never fails for that.
    """
    try:
        folder = root / ".git"
        if folder.is_file():  # a linked worktree
            told = folder.read_text(encoding="utf-8").strip()
            folder = root / told.removeprefix("gitdir: ")
        head = (folder / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head
        return _commit_of(folder, head.removeprefix("ref: "))
    except (OSError, UnicodeDecodeError):
        return "unknown"


def _commit_of(folder: Path, ref: str) -> str:
    shared = folder
    if (folder / "commondir").is_file():
        shared = folder / (folder / "commondir").read_text(encoding="utf-8").strip()
    if (shared / ref).is_file():
        return (shared / ref).read_text(encoding="utf-8").strip()
    for line in (shared / "packed-refs").read_text(encoding="utf-8").splitlines():
        commit, _, name = line.partition(" ")
        if name == ref:
            return commit
    return "unknown"


def data_hash(folders: Iterable[Path]) -> str:
    """SHA-256 over name and content of every file below some folders.

    Parameters
    ----------
    folders : iterable of Path
        Their own names count, not where they lie; one that is missing counts as
        empty.
    """
    total = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                total.update(f"{name}\0{content}\n".encode("utf-8", "surrogateescape"))
    return total.hexdigest()
