"""Dropping field tables: each is checked at once, and kept when it is asked for."""

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.errors import CleanupError
from dashboard import import_files
from dashboard.components.import_check import checked_panel, keep_file, problem_panel
from dashboard.components.import_mapping import mapping_form
from dashboard.components.import_words import file_state
from dashboard.components.page import error_panel
from dashboard.components.photo_gallery import plain
from dashboard.components.running_jobs import running_jobs
from dashboard.components.survey_words import counted
from dashboard.import_files import CheckedFile
from dashboard.state import StateKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from core.jobs import Job

__all__ = ["upload_panel"]

#: Files of this visit that wait; their bytes lie in the inbox, not in memory.
BATCH = StateKey[tuple[CheckedFile, ...]]("import", "batch", ())
_ROUND = StateKey[int]("import", "round", 0)
_CHOSEN = StateKey[str]("import", "chosen", "")
_MAX_UPLOAD_MB = 500


def upload_panel() -> None:
    """Draw the upload, the files that wait, and what is known of the chosen one."""
    files = st.file_uploader(
        "Drop field tables here, with the files of their stations if they have any",
        accept_multiple_files=True,
        key=f"import_files_{_ROUND.get()}",
        max_upload_size=_MAX_UPLOAD_MB,
        help="CSV, TSV, Excel, OpenDocument, GeoJSON, Parquet, GeoPackage, zipped "
        "shapefile, NetCDF or a Darwin Core archive. Files stay on this machine.",
    )
    if files:
        _take(files)
        st.rerun()
    if any(not job.is_finished for job in import_files.jobs()):
        running_jobs(
            import_files.jobs,
            import_files.runner,
            text=_doing,
            cancel="Cancel",
            key="import_cancel",
        )
    batch = _waiting()
    if not batch:
        st.caption(
            "Layout, units, positions and times are checked at once. Nothing is stored "
            "before you keep it, and what was kept can be withdrawn."
        )
        return
    _files(batch)


def _take(files: "Sequence[UploadedFile]") -> None:
    """Hold and check the files, then let their bytes go from memory."""
    try:
        with st.spinner(f"Checking {counted(len(files), 'file')}"):
            parts = [import_files.hold(file.name, file) for file in files]
            known = {one.part.sha256 for one in BATCH.get()}
            before = [one.part for one in BATCH.get()]
            new = [part for part in parts if part.sha256 not in known]
            checked = import_files.check_all(new, beside=before)
    except CleanupError as error:
        error_panel(error, kept="Nothing was taken in.")
        st.stop()
    BATCH.set((*BATCH.get(), *checked))
    _CHOSEN.set(checked[0].key if checked else _CHOSEN.get())
    _release(files)
    _ROUND.set(_ROUND.get() + 1)


def _release(files: "Sequence[UploadedFile]") -> None:
    context = get_script_run_ctx()
    remove = getattr(context and context.uploaded_file_mgr, "remove_file", None)
    if context is not None and remove is not None:
        for file in files:
            remove(session_id=context.session_id, file_id=file.file_id)


def _doing(job: "Job") -> str:
    name = job.params["file"]["name"]
    if job.params["keep"] and job.total:
        return f"Keeping {name}: {job.done:,} of {job.total:,} rows"
    return f"Checking {name}; this goes on if you close the page"


def _waiting() -> list[CheckedFile]:
    """Files of this visit, and large ones that any visit left waiting."""
    by_job = {one.key: one for one in import_files.waiting()}
    here = [
        by_job.pop(one.key, one)
        for one in BATCH.get()
        if one.key in by_job or not one.job_id
    ]
    return [*here, *by_job.values()]


def _files(batch: list[CheckedFile]) -> None:
    chosen = batch[0] if len(batch) == 1 else _chooser(batch)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(plain(chosen.part.name), anchor=False, width="stretch")
            _buttons(chosen)
        if chosen.is_checking:
            st.caption("It is being checked; the result appears here.")
        elif chosen.problem:
            problem_panel(chosen)
            _mapped(chosen)
        else:
            checked_panel(chosen)
            if st.toggle(
                "Name its columns by hand",
                value=chosen.mapping is not None,
                key=f"import_by_hand_{chosen.key}",
            ):
                _mapped(chosen)


def _chooser(batch: list[CheckedFile]) -> CheckedFile:
    frame = pd.DataFrame(
        [
            {
                "File": one.part.name,
                "State": file_state(one.report, problem=one.problem),
                "Records": one.report.get("rows"),
                "New": one.report.get("accepted"),
                "Refused": one.report.get("rejected"),
                "Duplicates": one.report.get("duplicates"),
            }
            for one in batch
        ]
    ).astype({name: "Int64" for name in ("Records", "New", "Refused", "Duplicates")})
    numbers = {
        name: st.column_config.NumberColumn(name, format="localized")
        for name in ("Records", "New", "Refused", "Duplicates")
    }
    st.dataframe(
        frame,
        hide_index=True,
        column_config=numbers,
        placeholder="",
        alt=f"{len(batch)} files that wait",
    )
    keys = [one.key for one in batch]
    if _CHOSEN.get() not in keys:
        _CHOSEN.set(keys[0])
    names = {one.key: one.part.name for one in batch}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = st.selectbox(
            "Look at",
            keys,
            format_func=names.__getitem__,
            key=_CHOSEN.key,
            width=420,
        )
        ready = [one for one in batch if one.report.get("accepted")]
        if len(ready) > 1 and st.button(
            f"Keep all {len(ready)} files",
            key="import_keep_all",
            icon=":material/done_all:",
        ):
            _keep(ready)
    return next(one for one in batch if one.key == key)


def _buttons(file: CheckedFile) -> None:
    if st.button(
        "Keep these records",
        type="primary",
        key=f"import_keep_{file.key}",
        icon=":material/save:",
        disabled=not file.report.get("accepted"),
    ):
        _keep([file])
    if st.button("Leave out", key=f"import_drop_{file.key}", type="tertiary"):
        import_files.drop(file)
        _forget([file])
        st.rerun()


def _keep(files: list[CheckedFile]) -> None:
    done = [file for file in files if keep_file(file)]
    _forget(done)
    if len(done) == len(files):
        st.rerun()


def _forget(files: list[CheckedFile]) -> None:
    gone = {file.key for file in files}
    BATCH.set(tuple(one for one in BATCH.get() if one.key not in gone))


def _mapped(file: CheckedFile) -> None:
    """Let the person name the columns; check again when they did."""
    mapping = mapping_form(file)
    if mapping is None:
        return
    beside = [one.part for one in BATCH.get() if one.key != file.key]
    checked = import_files.check(file.part, beside, mapping=mapping)
    BATCH.set(tuple(checked if one.key == file.key else one for one in _with(file)))
    st.rerun()


def _with(file: CheckedFile) -> tuple[CheckedFile, ...]:
    batch = BATCH.get()
    if any(one.key == file.key for one in batch):
        return batch
    return (*batch, file)
