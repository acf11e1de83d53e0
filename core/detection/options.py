"""What the manifest of a detector says beyond that of a classifier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.classification import ModelManifest
from core.detection.tiles import TilePlan
from core.errors import InputError, ModelError

__all__ = ["DetectorOptions", "RescoreOptions", "read_options"]


@dataclass(frozen=True, kw_only=True)
class RescoreOptions:
    """How a classifier has a say in the categories of the likeliest boxes.

    Parameters
    ----------
    model : str
        Deployed classifier, ``NAME`` or ``NAME@VERSION``; or empty and
    file : str
        a classifier among the detector's own files.
    categories : sequence of str
        Of the file's classifier.
    input_px : int
        Side of its input.
    temperature : float
        Divides its logits.
    context : float or sequence of float, default 2.2
        Side of the crop as a multiple of the box's; of several crops the geometric
        mean of the probabilities counts.
    weight : float, default 1.0
        Power of the classifier's probabilities, in [0, 2].
    detector_weight : float, default 0.5
        Power of the detector's own shares, in [0, 2].
    clean_weight : float, default 0.0
        Power of the probability that the crop is not clean, which lowers the score.
    object_weight : float, default 0.0
        How far an object is ranked by being one, whatever it is: 0 gives each category
        its probability, 1 gives the best category the score of the object itself.
    max_boxes : int, default 20
        At most so many objects of a photo are looked at again.
    min_side_px : int, default 150
        Least side of the crop, in pixels of the decoded photo.
    """

    model: str = ""
    file: str = ""
    categories: Sequence[str] = ()
    input_px: int = 160
    temperature: float = 1.0
    context: float | Sequence[float] = 2.2
    weight: float = 1.0
    detector_weight: float = 0.5
    clean_weight: float = 0.0
    object_weight: float = 0.0
    max_boxes: int = 20
    min_side_px: int = 150

    def __post_init__(self) -> None:
        if bool(self.model) == bool(self.file):
            raise InputError("rescore names either a model or a file")
        if self.file and not self.categories:
            raise InputError("rescore.file needs its categories")
        if not self.temperature > 0:
            raise InputError(f"rescore.temperature {self.temperature} is not positive")
        _check_share("rescore.object_weight", self.object_weight)
        for name in ("weight", "detector_weight", "clean_weight"):
            if not 0 <= getattr(self, name) <= 2:
                raise InputError(f"rescore.{name} {getattr(self, name)} outside [0, 2]")
        if not self.contexts or not all(1 <= side <= 20 for side in self.contexts):
            raise InputError(f"rescore.context {self.context} outside [1, 20]")
        if not 1 <= self.max_boxes <= 100:
            raise InputError(f"rescore.max_boxes {self.max_boxes} outside [1, 100]")
        if not 1 <= self.min_side_px <= 4096:
            raise InputError(
                f"rescore.min_side_px {self.min_side_px} outside [1, 4096]"
            )

    @property
    def contexts(self) -> tuple[float, ...]:
        """The sides of the crops about one box."""
        if isinstance(self.context, Sequence):
            return tuple(self.context)
        return (self.context,)


@dataclass(frozen=True, kw_only=True)
class DetectorOptions:
    """How boxes are read from the network's output.

    Parameters
    ----------
    input_px : int
        Side of the network's square.
    score_threshold : float
        Score from which a box counts.
    score_floor : float, default 0.02
        Boxes below are not even listed.
    nms_iou : float, default 0.6
        Overlap from which two boxes of one category are one object.
    merge_iou : float, default 0.7
        Overlap from which two boxes of different categories are one object.
    second_weight : float, default 0.5
        Factor of the score of such an object's less likely category.
    max_boxes : int, default 100
        Most boxes listed of a photo; three times as many of a tiled one.
    tiles : TilePlan
        How large photos are tiled.
    rescore : RescoreOptions, optional
        The second stage, if there is one.
    """

    input_px: int
    score_threshold: float
    score_floor: float = 0.02
    nms_iou: float = 0.6
    merge_iou: float = 0.7
    second_weight: float = 0.5
    max_boxes: int = 100
    tiles: TilePlan = TilePlan()  # noqa: RUF009 - frozen
    rescore: RescoreOptions | None = None

    def __post_init__(self) -> None:
        for name in (
            "score_threshold",
            "score_floor",
            "nms_iou",
            "merge_iou",
            "second_weight",
        ):
            _check_share(name, getattr(self, name))
        if not 1 <= self.max_boxes <= 1000:
            raise InputError(f"max_boxes {self.max_boxes} outside [1, 1000]")


def _check_share(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise InputError(f"{name} {value} outside [0, 1]")


def read_options(manifest: ModelManifest) -> DetectorOptions:
    """Read the part ``detector`` of a manifest.

    Fields it does not know are passed over, such as notes of the training.

    Raises
    ------
    ModelError
        If the model is no detector, or a value is missing or out of range.
    """
    content = manifest.content
    if content.get("kind", "classifier") != "detector":
        raise ModelError(
            f"{manifest.model_id} is no detector but a "
            f"{str(content.get('kind', 'classifier'))[:40]}; "
            "name a detector, such as debris_detector"
        )
    try:
        part = dict(content["detector"])
        tiles = TilePlan(**_of(TilePlan, part.get("tiles") or {}))
        rescore = part.get("rescore")
        second = RescoreOptions(**_of(RescoreOptions, rescore)) if rescore else None
        options = DetectorOptions(
            **_of(DetectorOptions, part | {"tiles": tiles, "rescore": second})
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"the detector part of the manifest of {manifest.model_id} is malformed: "
            f"{error}"
        ) from error
    if options.input_px != manifest.input_px:
        raise ModelError(
            f"the manifest of {manifest.model_id} names two input sides, "
            f"{options.input_px} and {manifest.input_px}"
        )
    return options


def _of(kind: Any, part: Mapping[str, Any]) -> dict[str, Any]:
    """Pick the known fields, each of the type its default or annotation has."""
    known = kind.__dataclass_fields__
    return {name: value for name, value in part.items() if name in known}
