"""Bring a model in, make it the champion of its kind, take that back; all audited."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.classification.champions import CHAMPIONS_NAME, read_champions
from core.classification.manifest import deployed_models, find_model
from core.errors import InputError, ModelError, NotFoundError, StorageError
from core.governance import record
from core.mlops.acceptance import Limits, ModelCheck, check_model
from core.mlops.registry import KINDS, DeployedModel, read_deployed, verify_folder
from core.storage import Store

__all__ = ["Promotion", "deploy_folder", "promote", "record_training", "rollback"]

_MAX_PREVIOUS = 20
#: The model of each kind that is used where none is named.
_USUAL = {
    "classifier": "optimized_cnn_model",
    "detector": "debris_detector",
    "forest": "debris_forest",
}


@dataclass(frozen=True, kw_only=True)
class Promotion:
    """What became of a promotion or rollback.

    Attributes
    ----------
    role : str
        Kind of model.
    model, before : str
        The champion now and before; ``before`` is empty where there was none.
    checks : tuple of ModelCheck
        Tests of the model; none for a rollback.
    forced : str
        Reason given for passing over failed tests.
    """

    role: str
    model: str
    before: str
    checks: tuple[ModelCheck, ...] = ()
    forced: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON and the audit log."""
        return {
            "role": self.role,
            "model": self.model,
            "before": self.before,
            "checks": [check.to_dict() for check in self.checks],
            "forced": self.forced,
        }


def deploy_folder(
    store: Store, source: Path, *, models_dir: Path, actor: str
) -> DeployedModel:
    """Copy a model made elsewhere into the registry, whole or not at all.

    Parameters
    ----------
    store : Store
        Keeps the audit entry.
    source : Path
        ``…/NAME/VERSION`` with its manifest.
    models_dir : Path
        Folder of deployed models.
    actor : str
        Who does it.

    Raises
    ------
    NotFoundError
        If there is no such folder.
    ModelError, ModelIntegrityError
        If it is not what its manifest says, holds links, or that version is deployed.
    """
    if not source.is_dir():
        raise NotFoundError(f"no such folder: {source}")
    source = source.resolve()
    if links := [path for path in source.rglob("*") if path.is_symlink()]:
        raise ModelError(f"{links[0]} is a link; a model holds plain files only")
    model = verify_folder(source)
    target = models_dir / source.parent.name / source.name
    if target.exists():
        raise ModelError(f"{model.model_id} is deployed already; versions never change")
    draft = models_dir / f".{source.parent.name}.{os.getpid()}.new"
    place = draft / source.parent.name / source.name
    try:
        shutil.copytree(source, place)
        verify_folder(place)
        target.parent.mkdir(parents=True, exist_ok=True)
        with store.transaction():
            _record(store, "model.deploy", actor, model)
            place.rename(target)
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return read_deployed(target)


def record_training(store: Store, models_dir: Path, model_id: str, actor: str) -> None:
    """Audit that a training deployed a model."""
    model = read_deployed(find_model(models_dir, model_id))
    _record(store, "model.deploy", actor, model)


def _record(store: Store, action: str, actor: str, model: DeployedModel) -> None:
    name = str(model.content["prediction_file"])
    sha256 = model.content["files"][name]["sha256"]
    detail = {"kind": model.kind, "prediction_file": name, "sha256": sha256}
    record(store, action, actor, f"model:{model.model_id}", detail)


def promote(
    store: Store,
    spec: str,
    *,
    models_dir: Path,
    actor: str,
    force: str = "",
    limits: Limits | None = None,
) -> Promotion:
    """Make a deployed model the champion of its kind, if it passes its tests.

    Parameters
    ----------
    store : Store
        Keeps the audit entry.
    spec : str
        ``NAME@VERSION``, or ``NAME`` for its newest version.
    models_dir : Path
        Folder of deployed models.
    actor : str
        Who does it.
    force : str, optional
        Reason to promote it although a test fails; kept in the audit log. Files that
        are not whole are never promoted.
    limits : Limits, optional
        What the tests ask.

    Raises
    ------
    NotFoundError
        If there is no such model.
    ModelError
        If a test fails and no reason is given, or its files are not whole.
    """
    model = read_deployed(_newest(models_dir, spec))
    entries = read_champions(models_dir)
    known = entries.get(model.kind, {}).get("model", "")
    before = known or _in_use_anyway(models_dir, model)
    if before == model.model_id:
        raise InputError(f"{model.model_id} is the champion already")
    checks = check_model(model, champion=_old(models_dir, before), limits=limits)
    failed = [check for check in checks if not check.is_passed]
    if failed and (not force.strip() or failed[0].name == "files"):
        told = "; ".join(f"{check.name}: {check.told}" for check in failed)
        raise ModelError(f"{model.model_id} fails its tests: {told}")
    done = Promotion(
        role=model.kind,
        model=model.model_id,
        before=before,
        checks=tuple(checks),
        forced=force.strip() if failed else "",
    )
    previous = entries.get(model.kind, {}).get("previous", [])
    kept = [*previous, before][-_MAX_PREVIOUS:] if before else previous
    _point(store, models_dir, entries, done, kept, "model.promote", actor)
    return done


def _newest(models_dir: Path, spec: str) -> Path:
    """Find a model to promote: without a version the newest, not the champion."""
    folder = find_model(models_dir, spec)
    if "@" in spec:
        return folder
    versions = [int(p.name) for p in folder.parent.iterdir() if p.name.isdecimal()]
    return folder.parent / str(max(versions))


def _in_use_anyway(models_dir: Path, model: DeployedModel) -> str:
    """Name what is in use where nobody ever promoted: the newest of its usual name."""
    name = _USUAL[model.kind]
    versions = deployed_models(models_dir).get(name, [])
    others = [v for v in versions if f"{name}@{v}" != model.model_id]
    return f"{name}@{max(others)}" if others else ""


def _old(models_dir: Path, model_id: str) -> DeployedModel | None:
    """Read the present champion; one that is gone or damaged is no yardstick."""
    try:
        return read_deployed(find_model(models_dir, model_id)) if model_id else None
    except (ModelError, NotFoundError):
        return None


def rollback(
    store: Store, role: str = "classifier", *, models_dir: Path, actor: str
) -> Promotion:
    """Make the champion before the present one the champion again.

    Raises
    ------
    InputError
        If there is no such role, or no earlier champion.
    NotFoundError, ModelIntegrityError, ModelError
        If the earlier one is gone or not whole; the present one stays.
    """
    if role not in KINDS:
        raise InputError(f"no role {role[:40]!r}; there are {', '.join(KINDS)}")
    entries = read_champions(models_dir)
    entry = entries.get(role, {"model": "", "previous": []})
    if not entry["previous"]:
        raise InputError(f"there is no earlier champion among {role} models")
    *kept, earlier = entry["previous"]
    verify_folder(find_model(models_dir, earlier))
    done = Promotion(role=role, model=earlier, before=entry["model"])
    _point(store, models_dir, entries, done, kept, "model.rollback", actor)
    return done


def _point(
    store: Store,
    models_dir: Path,
    entries: Mapping[str, Mapping[str, Any]],
    done: Promotion,
    previous: Sequence[str],
    action: str,
    actor: str,
) -> None:
    """Write pointer and audit entry, both or none."""
    entry = {
        "model": done.model,
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "previous": list(previous),
    }
    content = {"roles": {**entries, done.role: entry}}
    path = models_dir / CHAMPIONS_NAME
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        before = path.read_bytes() if path.exists() else None
        draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        try:
            with store.transaction():
                record(store, action, actor, f"model:{done.model}", done.to_dict())
                draft.replace(path)
        except BaseException:  # the entry was not kept, so the pointer must not be
            if before is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(before)
            raise
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
