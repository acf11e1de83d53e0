"""Cards of the Overview: each says one thing and leads to its page."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import CleanupError
from core.jobs import JobState
from dashboard import overview_data
from dashboard.components.drift_words import drift_where
from dashboard.components.formats import interval, mass, number, share, when
from dashboard.components.page import error_panel
from dashboard.components.photo_gallery import period, plain
from dashboard.components.survey_words import counted, survey_answer
from dashboard.navigation import page_groups, page_path
from dashboard.state import actor

if TYPE_CHECKING:
    from core.surveys import SurveySummary
    from dashboard.map_data import DensityMap
    from dashboard.overview_data import Alert, Hauled

__all__ = [
    "alert_list",
    "card",
    "debris_card",
    "demo_in_progress",
    "drift_card",
    "hauled_card",
    "plan_card",
    "survey_card",
    "two_ways_to_start",
]

_REFRESH_S = 1.0
_MAX_ALERTS = 6


@contextmanager
def card(title: str, *, page: str, link: str) -> Iterator[None]:
    """Draw a bordered card with a heading and the way to its page."""
    with st.container(border=True, height="stretch", gap="small"):
        st.subheader(title, anchor=False)
        yield
        _link(page, link)


def _link(page: str, label: str) -> None:
    """Draw a link, unless this installation lacks the page."""
    slug = "" if page == "overview" else page.replace("_", "-")
    if any(slug == p.url_path for pages in page_groups().values() for p in pages):
        st.page_link(page_path(page), label=label, icon=":material/arrow_forward:")


def debris_card(result: "DensityMap", *, surveyed: bool) -> None:
    """Draw what was found and what is expected."""
    with card("Debris expected and found", page="debris_map", link="Open debris map"):
        total = result.mass
        if surveyed:
            estimate = interval(total.mass_kg, total.low_kg, total.high_kg, "kg")
            st.markdown(f"**{estimate}** expected around the searches (95 %)")
        else:
            st.markdown(
                "How much there is cannot be said: the searched area is unknown."
            )
        sighted = (
            f", {result.n_sightings:,} more sighted without effort"
            if result.n_sightings
            else ""
        )
        searched = number(total.effort_km2, "km²", digits=2)
        items = counted(result.n_items, "item")
        st.markdown(f"**{items}** found in {searched}{sighted}")


def survey_card(summary: "SurveySummary | None") -> None:
    """Draw the newest survey of photos."""
    with card("Last survey", page="surveys", link="Open surveys"):
        if summary is None:
            st.markdown("No photo survey yet; what is shown comes from tables.")
            return
        st.markdown(
            f"**{plain(summary.survey)}**, {period(summary.first_at, summary.last_at)}"
        )
        if summary.n_photos:
            part = share(summary.n_debris / summary.n_photos)
            photos = counted(summary.n_photos, "photo")
            st.markdown(
                f"Debris on {summary.n_debris} of {photos} ({part}); "
                f"{summary.n_reviewed} reviewed, {summary.n_doubtful} in doubt"
            )
        else:
            st.markdown(survey_answer(summary))


def plan_card(plan: "dict[str, Any] | None") -> None:
    """Draw the newest plan."""
    with card("Next plan", page="route_planner", link="Open route planner"):
        if plan is None:
            st.markdown("No plan yet. Choose a fleet and a horizon to get routes.")
            return
        totals = plan["document"].get("totals", {})
        trips = sum(
            len(v.get("trips", [])) for v in plan["document"].get("vessels", [])
        )
        expected = mass(totals.get("mass_kg"))
        if "mass_kg_low" in totals and "mass_kg_high" in totals:
            expected = interval(
                totals["mass_kg"], totals["mass_kg_low"], totals["mass_kg_high"], "kg"
            )
        st.markdown(
            f"**{expected}** in {counted(trips, 'trip')}, "
            f"{number(totals.get('fuel_l'), 'l', digits=2)} of fuel"
        )
        name = plain(plan["name"]) or "Plan"
        st.markdown(f"{name}, made {when(plan['created_at'])}")


def drift_card(forecast: "dict[str, Any] | None") -> None:
    """Draw the newest drift forecast in a sentence."""
    with card("Drift", page="drift_forecast", link="Open drift forecast"):
        if forecast is None:
            st.markdown("No forecast yet. Currents and wind say where debris goes.")
            return
        where = drift_where("forecast", forecast["summary"])
        st.markdown(f"{where}.")
        st.markdown(f"{plain(forecast['name'])}, made {when(forecast['created_at'])}")


def hauled_card(hauled: "Hauled | None") -> None:
    """Draw what past trips brought in."""
    with card("Hauled so far", page="efficiency", link="Open efficiency"):
        if hauled is None:
            st.markdown("No trip has ended yet.")
            return
        of_plan = (
            f", {share(hauled.mass_kg / hauled.planned_kg)} of what was planned"
            if hauled.planned_kg > 0
            else ""
        )
        trips = counted(hauled.n_hauls, "trip")
        st.markdown(f"**{mass(hauled.mass_kg)}** in {trips}{of_plan}")
        rate = hauled.per_hour
        if rate.value is not None and rate.low is not None and rate.high is not None:
            text = interval(rate.value, rate.low, rate.high, "kg per hour at sea")
            st.markdown(text)


def alert_list(alerts: "Sequence[Alert]") -> None:
    """Draw what needs a person, or that nothing does."""
    with st.container(border=True, height="stretch", gap="small"):
        st.subheader("Needs attention", anchor=False)
        if not alerts:
            st.markdown(":material/check: Nothing waits for you.")
        for alert in alerts[:_MAX_ALERTS]:
            icon = ":material/error:" if alert.is_serious else ":material/info:"
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"{icon} {plain(alert.text)}", width="stretch")
                _link(alert.page, alert.link)
        if len(alerts) > _MAX_ALERTS:
            st.caption(f"and {len(alerts) - _MAX_ALERTS} more")


def two_ways_to_start() -> None:
    """Draw the first visit: upload photos, or look around in the demo."""
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, height="stretch"):
        st.subheader("Start with your photos", anchor=False)
        st.markdown(
            "Drop the photos of a flight, cruise or walk. They are checked, "
            "classified and put on the map, and they stay on this machine."
        )
        if st.button(
            "Upload survey photos", type="primary", icon=":material/photo_camera:"
        ):
            st.switch_page(page_path("surveys"))
    with right, st.container(border=True, height="stretch"):
        st.subheader("Or look around first", anchor=False)
        st.markdown(
            "The demo is a simulated sea: painted survey photos, counts, a fleet and "
            "past hauls. It is marked as simulated on every page and in every file."
        )
        _demo()


def _demo() -> None:
    job = overview_data.demo_job()
    if job is not None and not job.is_finished:
        _demo_progress()
        return
    if job is not None and job.state is JobState.FAILED:
        error_panel(
            CleanupError(f"the demo stopped: {job.message}"),
            kept="What was made before is kept.",
            next_step="Mend the cause and load the demo again; it goes on from there.",
        )
    if st.button("Load the demo", icon=":material/science:"):
        overview_data.start_demo(actor())
        st.rerun()


@st.fragment(run_every=_REFRESH_S)
def _demo_progress() -> None:
    job = overview_data.demo_job()
    if job is None or job.is_finished:
        st.rerun()
    said = f": {job.done} of {job.total}" if job.total > 1 else ""
    st.progress(job.share_done, text=f"{job.message or 'Loading the demo'}{said}")
    if job.cancel_requested:
        st.caption("Stopping")
    elif st.button("Cancel loading", icon=":material/stop_circle:"):
        overview_data.runner().cancel(job.job_id)
        st.rerun(scope="fragment")


def demo_in_progress() -> None:
    """Draw the demo's progress where data already show, while it is being made."""
    job = overview_data.demo_job()
    if job is not None and not job.is_finished:
        with st.container(border=True):
            _demo_progress()
