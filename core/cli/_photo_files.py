"""Photos named on the command line, and their names made fit to print."""

from pathlib import Path

__all__ = ["listed_files", "printable", "shown"]


def listed_files(paths: list[Path]) -> list[Path]:
    """List the files in input order; a missing path stays in, to be refused by name.

    Raises
    ------
    NotFoundError
        If none of the paths exists.
    """
    from core.imagery import find_photos

    if not any(path.exists() for path in paths):
        return find_photos(paths)  # names the first one missing
    found: dict[Path, Path] = {}
    for path in paths:
        for file in find_photos([path]) if path.exists() else [path]:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def printable(file: str) -> str:
    """Show bytes of a name that are not UTF-8 as escapes."""
    return file.encode("utf-8", "backslashreplace").decode("utf-8")


def shown(file: str) -> str:
    """Make a name one harmless line of a terminal: what is hidden becomes escapes."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in printable(file)
    )
