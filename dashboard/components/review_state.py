"""Where a reviewer is, and what each key does; every decision is stored at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

from core.errors import CleanupError
from dashboard import services
from dashboard.components.photo_gallery import PROBLEM
from dashboard.state import StateKey, actor

if TYPE_CHECKING:
    from core.surveys import PhotoForReview, ReviewFilter, ReviewOrder

__all__ = [
    "ADDING",
    "NOTE",
    "WHY",
    "Asked",
    "Queue",
    "add_box",
    "choose",
    "confirm",
    "current",
    "forget_queue",
    "go_to_start",
    "queue_of",
    "remove_box",
    "select_box",
    "selected_box",
    "step",
    "toggle",
    "undo",
]

_P = ParamSpec("_P")
Boxes = Sequence[Mapping[str, Any]]

#: Whether a box is being added, and whether the reason is shown.
ADDING = StateKey[bool]("surveys", "adding", False)
WHY = StateKey[bool]("surveys", "why", False)
#: What the last key did, where the photo alone does not show it.
NOTE = StateKey[str]("surveys", "note", "")
_QUEUE = StateKey["Queue | None"]("surveys", "queue", None)
_AT = StateKey[str]("surveys", "at", "")
_SELECTED = StateKey[tuple[str, int]]("surveys", "box", ("", -1))
_END = "end"
#: Undo reaches back over a shift, also after the page was loaded again (assumption).
_UNDO_HOURS = 12
#: What a new box holds until a number key says otherwise.
_NEW_BOX = "plastic"


@dataclass(frozen=True)
class Asked:
    """What the filters ask for; ``blind_for`` names a second reviewer."""

    survey: str
    show: "ReviewFilter"
    category: str | None
    order: "ReviewOrder"
    blind_for: str | None


@dataclass(frozen=True)
class Queue:
    """Photos to go through; it stays as it is so that arrows find the way back."""

    asked: Asked
    photos: tuple[str, ...]


def queue_of(asked: Asked) -> Queue:
    """Return the photos that the filters ask for, listed when they were set."""
    from core.surveys import review_queue

    kept = _QUEUE.get()
    if kept is not None and kept.asked == asked:
        return kept
    found = review_queue(
        services.store(),
        asked.survey,
        show=asked.show,
        category=asked.category,
        order=asked.order,
        blind_for=asked.blind_for,
    )
    fresh = Queue(asked, tuple(found))
    _QUEUE.set(fresh)
    if _AT.get() not in found:
        _AT.set("")
    return fresh


def forget_queue() -> None:
    """List the photos anew on the next run, from the first."""
    _QUEUE.set(None)
    _AT.set("")
    NOTE.set("")


def current(queue: Queue) -> int | None:
    """Return the place of the photo shown; None past the last."""
    if not queue.photos or _AT.get() == _END:
        return None
    return queue.photos.index(_AT.get()) if _AT.get() in queue.photos else 0


def step(sha256: str, by: int) -> None:
    """Go from a photo to one before or after it."""
    queue = _QUEUE.get()
    if queue is None or sha256 not in queue.photos:
        return
    place = max(queue.photos.index(sha256) + by, 0)
    _AT.set(queue.photos[place] if place < len(queue.photos) else _END)
    _SELECTED.clear()
    ADDING.set(False)
    NOTE.set("")


def go_to_start() -> None:
    """Go back to the first photo."""
    _AT.set("")


def toggle(state: StateKey[bool]) -> None:
    """Turn something on or off."""
    state.set(not state.get())


def selected_box(sha256: str, n_boxes: int) -> int | None:
    """Return the box that number keys speak of; None for the photo itself."""
    photo, index = _SELECTED.get()
    return index if photo == sha256 and 0 <= index < n_boxes else None


def select_box(sha256: str, n_boxes: int, by: int) -> None:
    """Go to the next or last box; after the last one comes the photo itself."""
    index = selected_box(sha256, n_boxes)
    places = n_boxes + 1  # the photo is the first
    place = ((0 if index is None else index + 1) + by) % places
    _SELECTED.set((sha256, place - 1))


def _told(action: Callable[_P, None]) -> Callable[_P, None]:
    """Show the reason of what was refused instead of breaking the page."""

    @wraps(action)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
        NOTE.set("")
        try:
            action(*args, **kwargs)
        except CleanupError as error:
            PROBLEM.set(str(error))

    return run


@_told
def choose(shown: "PhotoForReview", category: str, *, blind: bool) -> None:
    """Set the category of the selected box, else of the photo."""
    from core.surveys import correct_label

    sha256 = str(shown.photo["sha256"])
    index = selected_box(sha256, len(shown.boxes))
    if index is None:
        correct_label(services.store(), sha256, category, actor=actor(), blind=blind)
        return
    boxes = list(shown.boxes)
    boxes[index] = {**boxes[index], "category": category}
    _keep(shown, boxes, blind=blind)


@_told
def confirm(shown: "PhotoForReview", *, blind: bool) -> None:
    """Confirm the photo as it is shown, with its boxes, and go on."""
    from core.surveys import decide_photo

    sha256 = str(shown.photo["sha256"])
    if shown.category:
        decide_photo(
            services.store(),
            sha256,
            shown.category,
            actor=actor(),
            boxes=shown.boxes_under(shown.category),
            blind=blind,
        )
    step(sha256, 1)


@_told
def remove_box(shown: "PhotoForReview", *, blind: bool) -> None:
    """Remove the selected box."""
    index = selected_box(str(shown.photo["sha256"]), len(shown.boxes))
    if index is not None:
        boxes = [box for n, box in enumerate(shown.boxes) if n != index]
        _keep(shown, boxes, blind=blind)
        _SELECTED.clear()


@_told
def add_box(shown: "PhotoForReview", bbox: Sequence[float], *, blind: bool) -> None:
    """Add a box and select it, so that the next number key names it."""
    from core.surveys import BOX_CATEGORY_CODES

    sha256 = str(shown.photo["sha256"])
    said = shown.category
    category = said if said in BOX_CATEGORY_CODES else _NEW_BOX
    _keep(shown, [*shown.boxes, {"category": category, "bbox": bbox}], blind=blind)
    _SELECTED.set((sha256, len(shown.boxes)))
    ADDING.set(False)


def _keep(shown: "PhotoForReview", boxes: Boxes, *, blind: bool) -> None:
    from core.surveys import review_boxes

    review_boxes(
        services.store(), shown.photo["sha256"], boxes, actor=actor(), blind=blind
    )


@_told
def undo(survey: str, labels: Mapping[str, str]) -> None:
    """Take back one's last decision in the survey and go to its photo."""
    from core.surveys import undo_last

    store = services.store()
    since = datetime.now(UTC) - timedelta(hours=_UNDO_HOURS)
    done = undo_last(store, survey, actor=actor(), since=since)
    if done is None:
        NOTE.set("Nothing to undo")
        return
    what = labels.get(done.category, done.category) or "boxes"
    NOTE.set(f"Undone: {what} on {store.photos.get(done.sha256)['name']}")
    queue = _QUEUE.get()
    if queue is not None and done.sha256 not in queue.photos:
        _QUEUE.set(Queue(queue.asked, (done.sha256, *queue.photos)))
    _AT.set(done.sha256)
    _SELECTED.clear()
