"""Drift on the map: where debris may be at one hour, and what it is compared with."""

from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.components._frame import MapFrame, Scale
from dashboard.components.formats import number, share
from dashboard.theme import MAP_COLOURS, hex_to_rgb, line_ramp, theme_name

if TYPE_CHECKING:
    import pandas as pd
    import pydeck as pdk

__all__ = [
    "MARKS",
    "drift_frame",
    "drift_layers",
    "overlay_layers",
    "stranding_scale",
]

#: Members drawn on one map; more hide each other and make the page heavy.
_MAX_DOTS = 3_000
_REGION = {"light": "#0072B2", "dark": "#56B4E9"}
_STRANDED = "#D55E00"
_FILL = {0.9: 50, 0.5: 80}
_SIMPLIFY_DEG = 1e-3
#: What the marks mean, for the line of words above the map.
MARKS: dict[str, str] = {
    "▰": "50 and 90 % regions",
    "•": "members",
    "━": "mean track",
    "○": "staying put",
    "✕": "persistence",
}


def drift_frame(frame: "pd.DataFrame", *, inner: float = 0.98) -> MapFrame:
    """Extent of a forecast: where an inner share of positions lies, and the starts."""
    first = frame.loc[frame["hour"] == 0]
    ends = [(1.0 - inner) / 2.0, (1.0 + inner) / 2.0]
    low, high = frame["lat"].quantile(ends)
    lat = [*first["lat"], float(low), float(high)]
    # Longitudes are compared near the first one, so that 180 degrees cuts nothing.
    near = float(first["lon"].iloc[0])
    turned = near + (frame["lon"] - near + 180.0) % 360.0 - 180.0
    west, east = turned.quantile(ends)
    starts = near + (first["lon"] - near + 180.0) % 360.0 - 180.0
    lon = [*starts, float(west), float(east)]
    wrapped = [(x + 180.0) % 360.0 - 180.0 for x in lon]
    return MapFrame.around(lat, wrapped, margin=0.12)


def drift_layers(
    *,
    members: "pd.DataFrame",
    regions: "pd.DataFrame",
    tracks: "pd.DataFrame",
    starts: "pd.DataFrame",
    persistence: "pd.DataFrame",
    stranding: "pd.DataFrame",
    scale: Scale,
    frame: MapFrame,
) -> "list[pdk.Layer]":
    """Layers of one hour, from the bottom up.

    Parameters
    ----------
    members : DataFrame
        ``seed, member, lat, lon, status`` at that hour.
    regions : DataFrame
        ``seed, level, area_km2, geometry`` at that hour.
    tracks : DataFrame
        ``seed, lat, lon``: mean positions up to that hour, in order.
    starts, persistence : DataFrame
        ``seed, lat, lon``: where each seed began, and where it would be if it went on
        as it began.
    stranding : DataFrame
        ``segment, probability, low, high, geometry`` of coast segments.
    scale : Scale
        Colours of the stranding chance.
    frame : MapFrame
        Extent of the map.
    """
    return [
        *_regions(regions, frame),
        _coast(stranding, scale, frame),
        _tracks(tracks, frame),
        _members(members, frame),
        _starts(starts, frame),
        _crosses(persistence, frame),
    ]


def overlay_layers(
    *,
    regions: "pd.DataFrame",
    tracks: "pd.DataFrame",
    starts: "pd.DataFrame",
    frame: MapFrame,
) -> "tuple[list[pdk.Layer], list[pdk.Layer]]":
    """Layers of one hour that another map can carry, below and above its own.

    The regions lie below, so that the colours of that map stay true; mean tracks and
    starts lie above. Parameters are those of :func:`drift_layers`.
    """
    under = [_fill_layer(regions.dropna(subset=["geometry"]), frame, outlined=True)]
    return under, [_tracks(tracks, frame), _starts(starts, frame)]


def stranding_scale(stranding: "pd.DataFrame") -> Scale:
    """Even scale of the stranding chance, from zero."""
    chances = (100.0 * stranding["probability"]).tolist()
    return Scale.over(chances, "%", logarithmic=False, ramp=line_ramp())


def _at(frame: MapFrame, lon: float, lat: float) -> list[float]:
    return [round(frame.place(lon), 4), round(lat, 4)]


def _regions(regions: "pd.DataFrame", frame: MapFrame) -> "list[pdk.Layer]":
    """Fill where any seed may be, and outline the 90 % region of each.

    Fills of single seeds would add up to a dark patch that means nothing.
    """
    import pydeck as pdk
    import shapely

    colour = hex_to_rgb(_REGION[theme_name()])
    known = regions.dropna(subset=["geometry"])
    outlines = [
        {
            "path": rings[0],
            "tip": f"{row['seed']}: {share(row['level'])} region, "
            f"{number(row['area_km2'], 'km²', digits=2)}",
        }
        for row in known.to_dict("records")
        for rings in _rings(shapely.simplify(row["geometry"], _SIMPLIFY_DEG), frame)
    ]
    return [
        _fill_layer(known, frame, outlined=False),
        pdk.Layer(
            "PathLayer",
            outlines,
            id="drift-outlines",
            get_path="path",
            get_color=[*colour, 200],
            width_min_pixels=1,
            width_max_pixels=1,
            pickable=True,
        ),
    ]


def _fill_layer(
    known: "pd.DataFrame", frame: MapFrame, *, outlined: bool
) -> "pdk.Layer":
    """Fill where any seed may be, each level once; on wish with its outline."""
    import pydeck as pdk
    import shapely

    colour = hex_to_rgb(_REGION[theme_name()])
    fills: list[dict[str, Any]] = []
    for level in sorted(known["level"].unique(), reverse=True):
        shapes = known.loc[known["level"] == level, "geometry"].to_numpy()
        whole = shapely.simplify(shapely.union_all(shapes), _SIMPLIFY_DEG)
        fills += [
            {
                "rings": rings,
                "colour": [*colour, _FILL.get(round(level, 2), 60)],
                "tip": f"Inside the {share(level)} region of a hotspot",
            }
            for rings in _rings(whole, frame)
        ]
    return pdk.Layer(
        "PolygonLayer",
        fills,
        id="drift-regions",
        get_polygon="rings",
        get_fill_color="colour",
        get_line_color=[*colour, 220],
        line_width_min_pixels=1,
        line_width_max_pixels=1,
        stroked=outlined,
        filled=True,
        pickable=outlined,
    )


def _rings(shape: Any, frame: MapFrame) -> list[list[list[list[float]]]]:
    """Rings of each polygon of a shape, outer ring first, near the frame's middle."""
    import shapely

    found = []
    for part in shapely.get_parts(shape):
        if part.is_empty or part.geom_type != "Polygon":
            continue
        shift = frame.place(part.centroid.x) - part.centroid.x
        found.append(
            [
                [[round(x + shift, 4), round(y, 4)] for x, y in ring.coords]
                for ring in (part.exterior, *part.interiors)
            ]
        )
    return found


def _coast(stranding: "pd.DataFrame", scale: Scale, frame: MapFrame) -> "pdk.Layer":
    import pydeck as pdk
    import shapely

    drawn: list[dict[str, Any]] = []
    for row in stranding.dropna(subset=["geometry"]).to_dict("records"):
        percent = 100.0 * row["probability"]
        for part in shapely.get_parts(row["geometry"]):
            drawn.append(
                {
                    "path": [_at(frame, x, y) for x, y in part.coords],
                    "colour": [*scale.colour(percent), 255],
                    "tip": f"Strands here: {share(row['probability'])} "
                    f"({share(row['low'])} to {share(row['high'])})",
                }
            )
    return pdk.Layer(
        "PathLayer",
        drawn,
        id="drift-coast",
        get_path="path",
        get_color="colour",
        width_min_pixels=5,
        width_max_pixels=5,
        cap_rounded=True,
        pickable=True,
    )


def _tracks(tracks: "pd.DataFrame", frame: MapFrame) -> "pdk.Layer":
    import pydeck as pdk

    paths = [
        {
            "path": [
                _at(frame, x, y) for x, y in zip(part["lon"], part["lat"], strict=True)
            ],
            "tip": f"{seed}: mean track",
        }
        for seed, part in tracks.groupby("seed", sort=True)
    ]
    return pdk.Layer(
        "PathLayer",
        paths,
        id="drift-tracks",
        get_path="path",
        get_color=list(MAP_COLOURS[theme_name()].text),
        width_min_pixels=2,
        width_max_pixels=2,
        pickable=True,
    )


def _members(members: "pd.DataFrame", frame: MapFrame) -> "pdk.Layer":
    import pydeck as pdk

    inside = members.loc[members["status"].astype(str) != "out_of_domain"]
    if len(inside) > _MAX_DOTS:  # every k-th, so that each seed keeps its share
        inside = inside.iloc[np.linspace(0, len(inside) - 1, _MAX_DOTS).astype(int)]
    afloat = [*MAP_COLOURS[theme_name()].text, 120]
    stranded = [*hex_to_rgb(_STRANDED), 230]
    dots = [
        {
            "at": _at(frame, x, y),
            "c": stranded if status == "stranded" else afloat,
            "tip": f"{seed}: stranded" if status == "stranded" else f"{seed}: a member",
        }
        for x, y, status, seed in zip(
            inside["lon"],
            inside["lat"],
            inside["status"].astype(str),
            inside["seed"],
            strict=True,
        )
    ]
    return pdk.Layer(
        "ScatterplotLayer",
        dots,
        id="drift-members",
        get_position="at",
        get_fill_color="c",
        get_radius=1,
        radius_min_pixels=1.6,
        radius_max_pixels=1.6,
        pickable=True,
    )


def _starts(starts: "pd.DataFrame", frame: MapFrame) -> "pdk.Layer":
    import pydeck as pdk

    rows = [
        {"at": _at(frame, r["lon"], r["lat"]), "tip": f"{r['seed']}: start (stays put)"}
        for r in starts.to_dict("records")
    ]
    return pdk.Layer(
        "ScatterplotLayer",
        rows,
        id="drift-starts",
        get_position="at",
        filled=False,
        stroked=True,
        get_line_color=list(MAP_COLOURS[theme_name()].text),
        line_width_min_pixels=2,
        get_radius=1,
        radius_min_pixels=6,
        radius_max_pixels=6,
        pickable=True,
    )


def _crosses(persistence: "pd.DataFrame", frame: MapFrame) -> "pdk.Layer":
    import pydeck as pdk

    rows = [
        {
            "at": _at(frame, r["lon"], r["lat"]),
            "text": "✕",
            "tip": f"{r['seed']}: persistence",
        }
        for r in persistence.to_dict("records")
    ]
    return pdk.Layer(
        "TextLayer",
        rows,
        id="drift-persistence",
        get_position="at",
        get_text="text",
        character_set=pdk.types.String("auto"),
        get_size=20,
        get_color=list(MAP_COLOURS[theme_name()].text),
        pickable=True,
    )
