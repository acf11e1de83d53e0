"""Debris map: where is how much, and how sure are we."""

from dashboard import map_data
from dashboard.components.map_counted import counted_map
from dashboard.components.page import empty_state, page_header


def render() -> None:
    """Draw the page."""
    layers = map_data.layers()
    frame = map_data.map_frame(layers[0]) if layers else None
    if frame is None:
        page_header("Debris map")
        empty_state(
            "This map will show how much debris floats where, and how sure that is. "
            "It needs survey photos with positions, or counts from a table.",
            button="Add survey photos",
            page="surveys",
            icon=":material/map:",
        )
        return
    counted_map(layers[0], frame)


if __name__ == "__main__":
    render()
