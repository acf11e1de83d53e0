"""How a decision on a photo came about: file, model, person, record, plan."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from core.errors import CleanupError
from core.governance.chain import detail_of
from core.storage import Record, Store

__all__ = ["Check", "DecisionTrail", "ModelEvidence", "decision_trail"]

#: Audit actions whose detail names the surveys of a plan.
_PLANNED = ("plan.created", "plan.add")
CheckState = Literal["met", "open", "failed"]


@dataclass(frozen=True, kw_only=True)
class ModelEvidence:
    """What is known of a model's files at the moment of asking.

    Attributes
    ----------
    model : str
        ``NAME@VERSION``.
    files : mapping of str to str
        File name to SHA-256, as the manifest promises.
    problem : str
        Why the files cannot be trusted; empty if every hash fits.
    low_confidence : float or None
        Threshold below which a prediction is marked.
    licence_classes : mapping of str to str
        Training source to licence class.
    """

    model: str
    files: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    low_confidence: float | None = None
    licence_classes: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_research_use(self) -> bool:
        """Whether a training source is not openly licensed."""
        return any(kind != "open" for kind in self.licence_classes.values())


@dataclass(frozen=True)
class Check:
    """One line of the checklist: what is asked, whether it is met, and the facts."""

    question: str
    state: CheckState
    answer: str


@dataclass(frozen=True, kw_only=True)
class DecisionTrail:
    """Everything behind what the map says about one photo.

    Attributes
    ----------
    photo : dict
        The photo's record.
    predictions : list of dict
        What each model said, newest first.
    models : mapping of str to ModelEvidence
        By ``NAME@VERSION``.
    reviews : list of dict
        Decisions of people, oldest first, undone ones too.
    observations : list of dict
        Rows made from the photo, superseded ones too.
    plans : list of dict
        Plans whose document says they used the photo's survey.
    entries : list of dict
        Audit entries about the photo, newest first.
    boxes : list of dict
        Boxes that stand: a person's, else the detector's newest.
    checks : tuple of Check
        The checklist.
    """

    photo: Record
    predictions: list[Record]
    models: dict[str, ModelEvidence]
    reviews: list[Record]
    observations: list[Record]
    plans: list[Record]
    entries: list[Record]
    boxes: list[Record]
    checks: tuple[Check, ...]

    @property
    def standing_review(self) -> Record | None:
        """The person's decision that stands, if any."""
        standing = [r for r in self.reviews if r["undone_at"] is None]
        # A blind second opinion stands only where no other does.
        standing.sort(key=lambda r: (not r["blind"], r["review_id"]))
        return standing[-1] if standing else None

    @property
    def category(self) -> str:
        """What the photo counts as: the person's word, else the newest model's."""
        if self.standing_review:
            return str(self.standing_review["category"])
        return str(self.predictions[0]["category"]) if self.predictions else ""


def decision_trail(
    store: Store,
    photo_sha256: str,
    *,
    evidence: Callable[[str], ModelEvidence] | None = None,
) -> DecisionTrail:
    """Collect everything behind one photo.

    Parameters
    ----------
    store : Store
        Where it is kept.
    photo_sha256 : str
        The photo.
    evidence : callable, optional
        Finds a model's files by ``NAME@VERSION``; without it nothing is said of them.

    Returns
    -------
    DecisionTrail
        With a checklist; what is not known is left open, not guessed.

    Raises
    ------
    NotFoundError
        If there is no such photo.
    """
    photo = store.photos.get(photo_sha256)
    predictions = store.predictions.for_photo(photo_sha256)
    look = evidence or (lambda model: ModelEvidence(model=model, problem="not looked"))
    trail = DecisionTrail(
        photo=photo,
        predictions=predictions,
        models={p["model"]: look(str(p["model"])) for p in predictions},
        reviews=store.reviews.listing(photo_sha256=photo_sha256),
        observations=store.observations.for_photo(photo_sha256),
        plans=_plans_with(store, str(photo["survey"])),
        entries=store.audit.entries(subject=f"photo:{photo_sha256}"),
        boxes=_standing_boxes(store, photo_sha256),
        checks=(),
    )
    checks = tuple(_checks(store, trail, looked=evidence is not None))
    return DecisionTrail(**{**vars(trail), "checks": checks})


def _standing_boxes(store: Store, photo_sha256: str) -> list[Record]:
    standing = store.box_reviews.standing(photo_sha256) or store.detections.of(
        photo_sha256
    )
    return list(standing["boxes"]) if standing else []


def _plans_with(store: Store, survey: str) -> list[Record]:
    """Plans that name the survey in their document's or audit entry's surveys."""
    audited = {
        str(entry["subject"]).removeprefix("plan:")
        for action in _PLANNED
        for entry in store.audit.entries(action=action)
        if survey in _surveys(detail_of(entry))
    }
    return [
        plan
        for plan in store.plans.listing(limit=1000)
        if plan["plan_id"] in audited or survey in _surveys(plan["document"])
    ]


def _surveys(document: Any) -> list[str]:
    found = document.get("surveys") if isinstance(document, dict) else None
    return [str(name) for name in found] if isinstance(found, list) else []


def _checks(store: Store, trail: DecisionTrail, *, looked: bool) -> list[Check]:
    return [
        _file_check(store, trail.photo),
        _place_check(trail.photo),
        *_model_checks(trail, looked=looked),
        _person_check(trail),
        _record_check(trail),
    ]


def _file_check(store: Store, photo: Record) -> Check:
    question = "Is the photo kept unchanged?"
    try:
        size = len(store.files.get(str(photo["sha256"])))
    except CleanupError as error:
        return Check(question, "failed", str(error))
    return Check(question, "met", f"{size:,} bytes, hash fits")


def _place_check(photo: Record) -> Check:
    question = "Are time and place known?"
    missing = [
        word
        for word, value in (("time", photo["taken_at"]), ("place", photo["lat"]))
        if value is None
    ]
    if missing:
        return Check(question, "open", f"{' and '.join(missing)} unknown")
    source = str(photo["position_source"]) or "not recorded"
    return Check(question, "met", f"place from: {source}")


def _model_checks(trail: DecisionTrail, *, looked: bool) -> list[Check]:
    files, licence = (
        "Do the model's files fit their manifest?",
        "May the model be used for this?",
    )
    if not trail.predictions:
        nothing = "no model has judged this photo"
        return [Check(files, "open", nothing), Check(licence, "open", nothing)]
    model = trail.models[str(trail.predictions[0]["model"])]
    if not looked:
        return [
            Check(files, "open", "not looked at"),
            Check(licence, "open", "unknown"),
        ]
    if model.problem:
        kept = Check(files, "failed", model.problem)
    else:
        kept = Check(files, "met", f"{len(model.files)} files of {model.model}")
    if not model.licence_classes:
        return [kept, Check(licence, "open", "training data not stated")]
    if model.is_research_use:
        closed = [s for s, kind in model.licence_classes.items() if kind != "open"]
        return [
            kept,
            Check(licence, "open", f"research use only ({', '.join(closed)})"),
        ]
    return [kept, Check(licence, "met", "every training source is openly licensed")]


def _person_check(trail: DecisionTrail) -> Check:
    question = "Has a person looked?"
    review = trail.standing_review
    if review:
        return Check(question, "met", f"{review['actor']}: {review['category']}")
    if trail.predictions and trail.predictions[0]["status"] != "ok":
        return Check(question, "open", "low confidence and no review")
    return Check(question, "open", "no review; the model's word stands")


def _record_check(trail: DecisionTrail) -> Check:
    question = "Is it on the map as decided?"
    standing = [o for o in trail.observations if o["active"]]
    if not standing:
        return Check(question, "open", "no observation was made from this photo")
    found = {str(o["category"]) for o in standing}
    # A photo whose objects were counted has a row for each category of its boxes.
    boxed = {str(box["category"]).removeprefix("debris_") for box in trail.boxes}
    if not found <= {trail.category} | boxed:
        said = ", ".join(sorted(found))
        return Check(question, "failed", f"map says {said}, decided {trail.category}")
    return Check(question, "met", f"{len(standing)} standing row of the map")
