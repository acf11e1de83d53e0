"""The map as a picture that can stand alone: scale, units, north, filters, date."""

import io
import textwrap
import warnings
from math import cos, floor, log10, radians
from typing import TYPE_CHECKING, Any

import h3.api.basic_str as h3_str
import numpy as np
import numpy.typing as npt
import shapely

from core import __version__
from core.coastline import land_in_bbox
from core.density.export.view import MapExport
from core.geo import EARTH_RADIUS_KM

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

__all__ = ["map_png"]

FloatArray = npt.NDArray[np.float64]

_SEA, _LAND, _COAST, _INK, _QUIET = (
    "#DEEAF1",
    "#EEECE4",
    "#80898F",
    "#22303A",
    "#52626E",
)
_BADGE = "#B45309"
_WIDTH_IN, _DPI = 10.0, 160
_TEXT_COLUMNS = 118
_KM_PER_DEGREE = EARTH_RADIUS_KM * np.pi / 180.0
_WIDE_DEG = 40.0


def map_png(export: MapExport) -> bytes:
    """Draw the map; needs no display.

    Filled cells have a value, outlined ones were searched and nothing was found.

    Parameters
    ----------
    export : MapExport
        What is seen.

    Returns
    -------
    bytes
        PNG, 1600 pixels wide.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with warnings.catch_warnings():
        # A survey may have a name in a script that the font does not hold.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = Figure(figsize=(_WIDTH_IN, _height_in(export)), dpi=_DPI)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.07, _foot_share(export), 0.80, _map_share(export)))
        _land(axes, export)
        drawn = _cells(axes, export)
        _outline_area(axes, export)
        _frame(axes, export)
        _scale_bar(axes, export)
        _north(axes)
        _legend(figure, axes, drawn, export)
        _texts(figure, export)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


_HEAD_IN, _LINE_IN, _FOOT_PAD_IN = 0.95, 0.17, 0.6


def _foot(export: MapExport) -> list[str]:
    words = "; ".join(f"{name}: {value}" for name, value in export.filters.items())
    made = export.made_at.strftime("%Y-%m-%d %H:%M %Z").strip()
    lines = [f"Filters: {words or 'none'}", *export.sources[:3]]
    lines.append(
        f"Made {made} with Gyre {__version__}. "
        "Coastline: Natural Earth (public domain)."
    )
    return [
        row for line in lines for row in textwrap.wrap(_one_line(line), _TEXT_COLUMNS)
    ][:12]


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _map_height_in(export: MapExport) -> float:
    west, south, east, north = export.bbox
    stretch = cos(radians((south + north) / 2.0))
    natural = 0.80 * _WIDTH_IN * (north - south) / ((east - west) * stretch)
    return min(max(natural, 3.0), 9.0)


def _foot_in(export: MapExport) -> float:
    return _FOOT_PAD_IN + _LINE_IN * len(_foot(export))


def _height_in(export: MapExport) -> float:
    return _HEAD_IN + _map_height_in(export) + _foot_in(export)


def _foot_share(export: MapExport) -> float:
    return _foot_in(export) / _height_in(export)


def _map_share(export: MapExport) -> float:
    return _map_height_in(export) / _height_in(export)


def _land(axes: "Axes", export: MapExport) -> None:
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path

    axes.set_facecolor(_SEA)
    west, south, east, north = export.bbox
    scale: Any = "110m" if east - west > _WIDE_DEG else "50m"
    paths = []
    for shift in (-360.0, 0.0, 360.0):
        left, right = max(west - shift, -180.0), min(east - shift, 180.0)
        if left >= right:
            continue
        offset = np.array([shift, 0.0])
        for land in land_in_bbox(
            west=left, south=south, east=right, north=north, scale=scale
        ):
            rings = [land.exterior, *land.interiors]
            paths.append(
                Path.make_compound_path(
                    *[
                        Path(shapely.get_coordinates(ring) + offset, closed=True)
                        for ring in rings
                    ]
                )
            )
    axes.add_collection(
        PathCollection(paths, facecolor=_LAND, edgecolor=_COAST, linewidth=0.6)
    )


def _cells(axes: "Axes", export: MapExport) -> "PolyCollection | None":
    from matplotlib.collections import PolyCollection

    middle = (export.bbox[0] + export.bbox[2]) / 2.0
    rings = [_ring(str(cell), middle) for cell in export.cells["h3"]]
    values = export.cells[export.value].to_numpy(dtype=np.float64, na_value=np.nan)
    filled = np.isfinite(values) & ((values > 0) | (not export.is_logarithmic))
    searched = np.zeros(len(values), dtype=bool)
    if "effort_km2" in export.cells:
        searched = export.cells["effort_km2"].to_numpy(dtype=np.float64) > 0
    hollow = [ring for ring, hit in zip(rings, searched & ~filled, strict=True) if hit]
    if hollow:
        axes.add_collection(
            PolyCollection(
                hollow,
                facecolor="none",
                edgecolor=_INK,
                linewidth=0.5,
                label="searched, none found",
            )
        )
    if not filled.any():
        return None
    drawn = PolyCollection(
        [ring for ring, hit in zip(rings, filled, strict=True) if hit],
        array=values[filled],
        cmap="cividis",
        norm=_norm(values[filled], is_logarithmic=export.is_logarithmic),
        edgecolor=_COAST,
        linewidth=0.3,
    )
    axes.add_collection(drawn)
    return drawn


def _norm(values: FloatArray, *, is_logarithmic: bool) -> "Normalize":
    from matplotlib.colors import LogNorm, Normalize

    low, high = float(values.min()), float(values.max())
    if is_logarithmic:
        return LogNorm(low, high if high > low else low * 10.0)
    return Normalize(min(low, 0.0), high if high > min(low, 0.0) else 1.0)


def _ring(cell: str, middle: float) -> FloatArray:
    """Outline of a cell uncut, in the longitudes nearest to the middle of the map."""
    boundary = np.array(h3_str.cell_to_boundary(cell))
    lon = np.unwrap(boundary[:, 1], period=360.0)
    lon -= 360.0 * np.round((lon[0] - middle) / 360.0)
    return np.column_stack([lon, boundary[:, 0]])


def _outline_area(axes: "Axes", export: MapExport) -> None:
    if export.area is None:
        return
    middle = (export.bbox[0] + export.bbox[2]) / 2.0
    for part in shapely.get_parts(export.area.polygon):
        at = shapely.get_coordinates(part.exterior)
        at[:, 0] -= 360.0 * np.round((at[:, 0].mean() - middle) / 360.0)
        axes.plot(at[:, 0], at[:, 1], color=_INK, linewidth=1.6, linestyle="--")


def _frame(axes: "Axes", export: MapExport) -> None:
    west, south, east, north = export.bbox
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_aspect(1.0 / cos(radians((south + north) / 2.0)))
    axes.tick_params(labelsize=8, colors=_QUIET, length=3)
    axes.grid(color="#BECED8", linewidth=0.4)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_formatter(lambda x, _: _degrees(_wrapped(x), "E", "W"))
    axes.yaxis.set_major_formatter(lambda y, _: _degrees(y, "N", "S"))
    for side in axes.spines.values():
        side.set_color(_COAST)


def _wrapped(lon: float) -> float:
    return (lon + 180.0) % 360.0 - 180.0


def _degrees(value: float, plus: str, minus: str) -> str:
    value = round(value, 6)
    side = "" if value in (0.0, -180.0) else plus if value > 0 else minus
    return f"{abs(value):g}°{side}"


def _scale_bar(axes: "Axes", export: MapExport) -> None:
    west, south, east, north = export.bbox
    y = south + 0.05 * (north - south)
    per_degree = _KM_PER_DEGREE * cos(radians(y))
    length = _round_down((east - west) * per_degree / 5.0)
    x1 = east - 0.03 * (east - west)
    x0 = x1 - length / per_degree
    tick = 0.012 * (north - south)
    axes.plot([x0, x0, x1, x1], [y + tick, y, y, y + tick], color=_INK, linewidth=1.6)
    axes.text(
        (x0 + x1) / 2.0,
        y + tick,
        f"{length:g} km",
        ha="center",
        va="bottom",
        fontsize=8,
        color=_INK,
    )


def _round_down(value: float) -> float:
    power = 10.0 ** floor(log10(value))
    return float(max(step for step in (1, 2, 5) if step * power <= value) * power)


def _north(axes: "Axes") -> None:
    axes.annotate(
        "N",
        xy=(0.965, 0.975),
        xytext=(0.965, 0.875),
        xycoords="axes fraction",
        ha="center",
        va="center",
        fontsize=10,
        color=_INK,
        arrowprops={"arrowstyle": "-|>", "color": _INK, "linewidth": 1.4},
    )


def _legend(
    figure: "Figure", axes: "Axes", drawn: "PolyCollection | None", export: MapExport
) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter

    name = f"{_one_line(export.label)} ({_one_line(export.unit)})"
    if drawn is not None:
        bottom, height = _foot_share(export), _map_share(export)
        bar_axes = figure.add_axes((0.895, bottom, 0.018, height))
        bar = figure.colorbar(drawn, cax=bar_axes)
        bar.set_label(name, fontsize=9, color=_INK, parse_math=False)
        bar.ax.tick_params(labelsize=8, colors=_QUIET)
        if export.is_logarithmic:
            bar.ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            bar.ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
            bar.ax.yaxis.set_minor_formatter(NullFormatter())
    if any(one.get_label() == "searched, none found" for one in axes.collections):
        axes.legend(
            loc="lower left",
            fontsize=8,
            framealpha=0.9,
            edgecolor=_COAST,
            labelcolor=_INK,
        )


def _texts(figure: "Figure", export: MapExport) -> None:
    height = _height_in(export)
    figure.text(
        0.07,
        1.0 - 0.34 / height,
        _one_line(export.title)[:90],
        fontsize=15,
        color=_INK,
        parse_math=False,
        va="center",
    )
    figure.text(
        0.07,
        1.0 - 0.64 / height,
        _one_line(export.layer)[:130],
        fontsize=9,
        color=_QUIET,
        parse_math=False,
        va="center",
    )
    if export.simulated:
        figure.text(
            0.87,
            1.0 - 0.34 / height,
            "SIMULATED DATA",
            fontsize=9,
            color="white",
            ha="right",
            va="center",
            weight="bold",
            bbox={
                "boxstyle": "round,pad=0.4",
                "facecolor": _BADGE,
                "edgecolor": "none",
            },
        )
    for row, line in enumerate(reversed(_foot(export))):
        figure.text(
            0.07,
            (0.16 + _LINE_IN * row) / height,
            line,
            fontsize=8,
            color=_QUIET,
            parse_math=False,
        )
