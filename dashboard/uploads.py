"""Uploaded photos go to disk the moment they arrive, not into the server's memory.

Streamlit keeps every uploaded file in memory until its page lets it go, and hands a
page a thousand photos only once the last one has come: several gigabytes. Here photos
are written to a folder as they come, and the page reads them one by one. Other uploads
stay as Streamlit keeps them.
"""

import shutil
import time
from contextlib import suppress
from pathlib import Path

from streamlit.runtime import memory_uploaded_file_manager as _streamlit
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

__all__ = ["PHOTO_SUFFIXES", "SpooledUploads", "install"]

#: Files that only the Surveys page takes; any other name stays in memory.
PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".heic", ".heif")
#: What a server left behind that was killed goes after a day.
_STALE_S = 24 * 3600.0
_SAFE = frozenset("0123456789abcdefABCDEF-")


class SpooledUploads(MemoryUploadedFileManager):
    """Streamlit's uploads, with the bytes of photos on disk.

    A spooled file looks empty to `st.file_uploader`; `path` says where its bytes are.
    It goes when its page removes it or its session ends.

    Parameters
    ----------
    upload_endpoint : str
        As Streamlit gives it.
    """

    #: Where photos are written; set by `install`.
    folder: Path

    def add_file(self, session_id: str, file: UploadedFileRec) -> None:
        """Keep a file: a photo on disk, any other in memory."""
        place = self._place(session_id, file.file_id)
        if place is not None and file.name.lower().endswith(PHOTO_SUFFIXES):
            try:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(file.data)
                file = file._replace(data=b"")
            except OSError:
                with suppress(OSError):  # no room: memory has to do
                    place.unlink(missing_ok=True)
        super().add_file(session_id, file)

    def path(self, session_id: str, file_id: str) -> Path | None:
        """Where the bytes of a file lie; None if they are in memory."""
        place = self._place(session_id, file_id)
        return place if place is not None and place.is_file() else None

    def remove_file(self, session_id: str, file_id: str) -> None:
        """Let a file go."""
        super().remove_file(session_id, file_id)
        if (place := self._place(session_id, file_id)) is not None:
            place.unlink(missing_ok=True)

    def remove_session_files(self, session_id: str) -> None:
        """Let all files of a session go."""
        super().remove_session_files(session_id)
        if (place := self._place(session_id, "0")) is not None:
            shutil.rmtree(place.parent, ignore_errors=True)

    def _place(self, session_id: str, file_id: str) -> Path | None:
        """File of an upload; None for ids that Streamlit would not give."""
        ids = (session_id, file_id)
        if not all(ids) or not _SAFE.issuperset("".join(ids)):
            return None
        return self.folder / session_id / file_id


def install(folder: Path) -> None:
    """Let the server that starts next keep photos in a folder.

    Parameters
    ----------
    folder : Path
        Made when needed; what a killed server left there is swept.
    """
    for old in folder.glob("*"):
        if old.is_dir() and time.time() - old.stat().st_mtime > _STALE_S:
            shutil.rmtree(old, ignore_errors=True)
    SpooledUploads.folder = folder
    # The server makes its manager by this name when it starts; there is no setting.
    _streamlit.MemoryUploadedFileManager = SpooledUploads  # type: ignore[misc]
