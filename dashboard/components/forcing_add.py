"""Taking in currents and wind: from a file, or from a server the operator listed."""

from typing import Any

import streamlit as st

from core.errors import InputError
from dashboard import forcing_data
from dashboard.components.page import error_panel
from dashboard.components.photo_gallery import plain
from dashboard.state import StateKey

__all__ = ["add_panel"]

_UPLOAD_ROUND = StateKey[int]("ocean", "round", 0)
_MAX_UPLOAD_MB = 200
_METHODS = {
    "griddap": "ERDDAP grid",
    "opendap": "OPeNDAP grid",
    "file": "NetCDF file",
}


def add_panel(*, expanded: bool) -> None:
    """Draw the ways to take forcing in, and what was taken out of use."""
    with st.expander("Add currents or wind", icon=":material/add:", expanded=expanded):
        from_file, from_server = st.tabs(["From a file", "From a server"])
        with from_file:
            _upload()
        with from_server:
            _server()
    retired = forcing_data.sources(retired=True)
    if not retired:
        return
    with st.expander(f"Out of use ({len(retired)})", icon=":material/archive:"):
        for row in retired:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(plain(row["name"]), width="stretch")
                if st.button(
                    "Put back in use", key=f"ocean_restore_{row['forcing_id']}"
                ):
                    forcing_data.restore(row)
                    st.rerun()


def _upload() -> None:
    st.caption(
        "NetCDF or zipped Zarr with currents, wind, Stokes drift or waves. Names and "
        "units are recognised; what is assumed is listed with the source."
    )
    file = st.file_uploader(
        "Drop a forcing file here",
        type=["nc", "nc4", "zip"],
        key=f"ocean_file_{_UPLOAD_ROUND.get()}",
        max_upload_size=_MAX_UPLOAD_MB,
    )
    name = st.text_input("Name of the source", max_chars=80, key="ocean_name")
    if st.button("Take in", type="primary", key="ocean_add", disabled=file is None):
        _take_in(file, name)


def _take_in(file: Any, name: str) -> None:
    try:
        with st.spinner("Reading the file"):
            ids = forcing_data.add_file(
                file.name, file.getvalue(), name=name.strip() or file.name[:80]
            )
    except InputError as error:
        error_panel(error, kept="Nothing was taken in.")
        return
    _UPLOAD_ROUND.set(_UPLOAD_ROUND.get() + 1)
    st.toast(f"Taken in: {', '.join(ids)}")
    st.rerun()


def _server() -> None:
    hosts = forcing_data.allowed_hosts()
    if not hosts:
        st.info(
            "No server may be asked. The operator lists them in the setting "
            "GYRE_FORCING_HOSTS; until then nothing leaves this machine.",
            icon=":material/lock:",
        )
        return
    st.caption(f"Servers that may be asked: {plain(', '.join(hosts))}.")
    method = st.selectbox(
        "Kind of source",
        list(_METHODS),
        format_func=lambda key: _METHODS[key],
        key="ocean_method",
        width=300,
    )
    address = st.text_input("Address", key="ocean_url", max_chars=500)
    dataset = ""
    bbox: tuple[float, ...] = ()
    if method == "griddap":
        dataset = st.text_input("Name of the dataset", key="ocean_dataset")
    if method != "file":
        bbox = _box()
    name = st.text_input("Name of the source", max_chars=80, key="ocean_server_name")
    if not st.button(
        "Fetch", type="primary", key="ocean_fetch", disabled=not address.strip()
    ):
        return
    from core.forecasts import forcing_request

    try:
        request = forcing_request(
            method, address.strip(), dataset=dataset.strip(), bbox=bbox
        )
    except InputError as error:
        error_panel(error, kept="Nothing was asked.")
        return
    forcing_data.fetch(request, name=name.strip() or dataset.strip() or "Server")
    st.rerun()


def _box() -> tuple[float, ...]:
    st.caption("Area; west may be larger than east across 180 degrees.")
    columns = st.columns(4)
    edges = (
        ("West (°)", 180.0, -160.0),
        ("South (°)", 90.0, 20.0),
        ("East (°)", 180.0, -150.0),
        ("North (°)", 90.0, 30.0),
    )
    return tuple(
        float(column.number_input(label, -most, most, start, key=f"ocean_{label[:1]}"))
        for column, (label, most, start) in zip(columns, edges, strict=True)
    )
