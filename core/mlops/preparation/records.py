"""What is read from a foreign set, and what was found wrong with it."""

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["BOXES", "CLASSES", "KINDS", "Finding", "SourceBox", "SourceSet", "Sourced"]

#: What a set labels: whole pictures, or things in them.
CLASSES, BOXES = "classes", "boxes"

#: Closed list of findings: severity, and what a person can do.
KINDS: dict[str, tuple[str, str]] = {
    "unreadable": ("rejected", "replace the file by a whole JPEG, PNG, WebP or HEIC"),
    "missing_file": ("rejected", "put the file where the labels say, or drop the row"),
    "unsafe_path": (
        "rejected",
        "name the file relative to the set's folder, without '..' and links outside",
    ),
    "too_small": ("rejected", "give the original, larger picture"),
    "unknown_label": ("rejected", "name its category, or 'ignore', in --labels"),
    "label_conflict": ("rejected", "decide which label is right and keep one copy"),
    "duplicate": ("rejected", "nothing: one copy is kept"),
    "size_mismatch": (
        "rejected",
        "label the file as it is, or give the file that was labelled",
    ),
    "bad_labels": ("rejected", "mend the line or record in the label file"),
    "box_not_finite": ("rejected", "mend the box: four finite numbers"),
    "box_zero_size": ("rejected", "draw the box again: it has no width or no height"),
    "box_outside": ("rejected", "draw the box again: it lies outside the picture"),
    "box_cut": ("warning", "check the box: its part outside the picture was cut off"),
    "box_repeated": ("rejected", "nothing: one of the equal boxes is kept"),
    "crowd_box": ("warning", "box the things one by one; the crowd's box is not used"),
    "stray_file": ("note", "move it into a category's folder if it belongs to the set"),
    "test_split": ("note", "nothing: a test split is never trained on"),
    "near_duplicate": ("note", "nothing: such pictures stay on one side of the split"),
    "leak": (
        "warning",
        "look at both: if they are one scene, scores on the old split are too good",
    ),
    "entangled": (
        "warning",
        "add pictures of the class from other sources; report scores per source",
    ),
    "one_source": ("warning", "add pictures of this class from a second source"),
    "few": ("warning", "add pictures; until then differences there are noise"),
    "one_scene": ("warning", "add pictures of this class from a second place or dive"),
    "scenes_unnamed": (
        "warning",
        "name scenes in manifest.csv or with --scene-pattern; or --keep-split, if the "
        "set's own split is by scene",
    ),
    "large_scene": (
        "warning",
        "name scenes in manifest.csv or with --scene-pattern, or a shorter --scene-gap",
    ),
    "imbalance": ("note", "let training balance the classes, or add rare ones"),
    "turned": ("note", "nothing, unless the boxes were drawn on the unturned picture"),
}


def plain(text: object, *, most: int = 160) -> str:
    """One visible line of text from outside, for logs and reports."""
    line = "".join(
        "\ufffd" if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co") else char
        for char in str(text)
    )
    line = re.sub(r"\s+", " ", line).strip()
    return line if len(line) <= most else f"{line[: most - 24]}…{line[-23:]}"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something to know about one record or about the set.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    record : str
        File, row or class it is about.
    reason : str
        In plain words.
    """

    kind: str
    record: str
    reason: str

    @property
    def severity(self) -> str:
        """``rejected``, ``warning`` or ``note``."""
        return KINDS[self.kind][0]

    def as_dict(self) -> dict[str, str]:
        """For a report; what came from outside is made one visible line."""
        severity, remedy = KINDS[self.kind]
        return {
            "kind": self.kind,
            "severity": severity,
            "record": plain(self.record),
            "reason": plain(self.reason, most=400),
            "remedy": remedy,
        }


@dataclass(frozen=True, kw_only=True)
class SourceBox:
    """A box as the set gives it.

    Attributes
    ----------
    label : str
        The set's own name of the class.
    corners : tuple of float
        Left, top, right, bottom: pixels, or shares of the picture if `relative`.
    relative : bool
        Whether the corners are shares from 0 to 1.
    record : str
        Where it stands, for a person.
    sublabel : str
        Finer name, empty if there is none.
    """

    label: str
    corners: tuple[float, float, float, float]
    record: str
    relative: bool = False
    sublabel: str = ""


@dataclass(frozen=True, kw_only=True)
class Sourced:
    """A picture as the set gives it; no pixel was read yet.

    Attributes
    ----------
    path : Path
        The file.
    name : str
        Relative to the set, with forward slashes.
    label : str
        The set's own name of the class; empty in a set of boxes.
    source : str
        Camera, campaign or collection it comes from; empty if not told.
    split : str
        ``train``, ``validation`` or empty.
    scene : str
        Scene as the set names it; empty if not told.
    boxes : tuple of SourceBox
        What is boxed in it.
    size : tuple of int or None
        Width and height that the labels state.
    extra : dict
        ``subtype, view, domain, licence_class, licence`` as far as told.
    """

    path: Path
    name: str
    label: str = ""
    source: str = ""
    split: str = ""
    scene: str = ""
    boxes: tuple[SourceBox, ...] = ()
    size: tuple[int, int] | None = None
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class SourceSet:
    """A foreign set: its layout, what it labels, its pictures and first findings."""

    root: Path
    layout: str
    kind: str
    pictures: list[Sourced] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def find(self, kind: str, record: object, reason: str) -> None:
        """Add a finding."""
        self.findings.append(Finding(kind=kind, record=str(record), reason=reason))


#: What a prepared picture may further say of itself.
EXTRA = ("subtype", "view", "domain", "licence_class", "licence")


def extra_of(row: dict[str, Any]) -> dict[str, str]:
    """Pick the further columns of a row."""
    return {key: str(row[key]) for key in EXTRA if row.get(key) not in (None, "")}
