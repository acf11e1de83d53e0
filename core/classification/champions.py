"""Which model is in use: one champion a role, as the file ``champions.json`` says.

The file lies among the deployed models and is written by ``core.mlops.promotion``
alone. Without it the newest version of a name is in use.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import ModelError

if TYPE_CHECKING:
    from core.config import Settings

__all__ = ["CHAMPIONS_NAME", "champions", "classifier_in_use", "read_champions"]

CHAMPIONS_NAME = "champions.json"
_MAX_BYTES = 100_000


def read_champions(models_dir: Path) -> dict[str, dict[str, Any]]:
    """Read the entry of each role: ``model``, ``since`` and the ``previous`` ones.

    Parameters
    ----------
    models_dir : Path
        Folder of deployed models.

    Returns
    -------
    dict
        By role (``classifier``, ``detector``, ``forest``); empty where nobody
        promoted a model.

    Raises
    ------
    ModelError
        If the file is damaged.
    """
    path = models_dir / CHAMPIONS_NAME
    try:
        with path.open("rb") as file:
            roles = json.loads(file.read(_MAX_BYTES).decode("utf-8"))["roles"]
        return {str(role): _entry(entry) for role, entry in roles.items()}
    except FileNotFoundError:
        return {}
    except NotADirectoryError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"cannot read {path}: which model is in use?") from error


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    previous = [str(model) for model in entry["previous"]]
    return {
        "model": str(entry["model"]),
        "since": str(entry["since"]),
        "previous": previous,
    }


def champions(models_dir: Path) -> dict[str, str]:
    """Name the champion of each role, as ``NAME@VERSION``.

    Raises
    ------
    ModelError
        If the file is damaged.
    """
    return {role: entry["model"] for role, entry in read_champions(models_dir).items()}


def classifier_in_use(settings: "Settings") -> str:
    """Name the classifier used when none is named.

    The setting ``model`` decides where somebody set it, then the champion.
    """
    if "model" in settings.model_fields_set:
        return settings.model
    return champions(settings.models_dir).get("classifier", settings.model)
