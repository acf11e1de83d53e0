"""Every training run in MLflow: settings, curve, final figures, where it came from.

A tracker that fails never costs a training: what went wrong is told once and the run
goes on. MLflow is imported when a run is logged or read, never before, and its
telemetry is off.
"""

import fcntl
import json
import logging
import math
import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.errors import SourceError

__all__ = ["EXPERIMENT", "RunLog", "flat", "learning_curve", "read_runs"]

EXPERIMENT = "gyre"
_STATE_NAME = "mlflow_run.json"
_MAX_PARAMETER = 5_000
_BATCH = 100
_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    # A server that does not answer must not hold a training up for minutes.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
}
_log = logging.getLogger(__name__)


def _client(uri: str) -> Any:
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    for name in ("MLFLOW_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
        os.environ[name] = _ENVIRONMENT[name]
    if uri.startswith("sqlite:///"):
        Path(uri.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        # MLflow uses what newer releases of SQLAlchemy and pandas deprecate.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        from mlflow import MlflowClient
        from sqlalchemy.orm import configure_mappers

        for noisy in ("mlflow", "alembic"):
            logging.getLogger(noisy).setLevel(logging.WARNING)
        with _alone(uri):
            client = MlflowClient(tracking_uri=uri)
            configure_mappers()
            client.search_experiments(max_results=1)  # makes the tables
    return client


@contextmanager
def _alone(uri: str) -> Iterator[None]:
    """Let one process at a time make the tables; two at once damage each other's."""
    file = uri.removeprefix("sqlite:///")
    if file == uri:
        yield
        return
    with Path(f"{file}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Flatten nested settings to dotted names, as MLflow keeps parameters.

    Examples
    --------
    >>> flat({"runs": [{"seed": 1}], "input_px": 192})
    {'runs.1.seed': '1', 'input_px': '192'}
    """
    out: dict[str, str] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            out |= flat(value, f"{name}.")
        elif isinstance(value, list | tuple) and any(
            isinstance(part, Mapping) for part in value
        ):
            parts = {str(k): part for k, part in enumerate(value, start=1)}
            out |= flat(parts, f"{name}.")
        else:
            out[name] = str(value)[:_MAX_PARAMETER]
    return out


class RunLog:
    """One training in MLflow; a resumed training goes on with the same run.

    Parameters
    ----------
    uri : str
        Tracking address, such as ``sqlite:///data/mlflow.db``.
    folder : Path
        Of the training; remembers which run it is in ``mlflow_run.json``.
    name : str
        Of the run, such as ``cnn_model@1``.
    parameters : mapping of str to str
        Settings, see `flat`.
    tags : mapping of str to str
        Commit, data hash, seed, licence.
    tell : callable, optional
        Told in words when the tracker fails; the log is if not given.

    Attributes
    ----------
    run_id : str
        Of MLflow; empty while the tracker could not be reached.
    """

    def __init__(
        self,
        uri: str,
        folder: Path,
        *,
        name: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.run_id = ""
        self._uri, self._folder, self._name = uri, folder, name
        self._parameters, self._tags = dict(parameters), dict(tags)
        self._tell = tell or _log.warning
        self._told: set[str] = set()
        self._api: Any = None
        self._logged: dict[str, int] = {}
        self._guarded(self._open)

    def _guarded(self, action: Callable[[], None]) -> bool:
        try:
            if self._api is None and action != self._open:
                self._open()
            action()
        except Exception as error:  # whatever it is, the training matters more
            words = " ".join(str(error).split())[:300]
            message = f"the run is not logged to MLflow: {type(error).__name__}"
            message = f"{message}: {words}; training goes on"
            if message not in self._told:
                self._told.add(message)
                self._tell(message)
            return False
        return True

    def _open(self) -> None:
        api = _client(self._uri)
        known = self._remembered(api)
        if known:
            self.run_id = known
            api.update_run(known, status="RUNNING")
        else:
            self._logged = {}
            found = api.get_experiment_by_name(EXPERIMENT)
            place = (self._folder / "mlflow_artifacts").resolve().as_uri()
            experiment = (
                found.experiment_id
                if found
                else api.create_experiment(EXPERIMENT, artifact_location=place)
            )
            run = api.create_run(experiment, run_name=self._name, tags=self._tags)
            self.run_id = run.info.run_id
            self._log_parameters(api)
            self._remember()
        self._api = api

    def _log_parameters(self, api: Any) -> None:
        from mlflow.entities import Param

        items = [Param(key, value) for key, value in self._parameters.items()]
        for start in range(0, len(items), _BATCH):
            api.log_batch(self.run_id, params=items[start : start + _BATCH])

    def _remembered(self, api: Any) -> str:
        from mlflow.exceptions import MlflowException

        try:
            state = json.loads((self._folder / _STATE_NAME).read_text("utf-8"))
            run_id, logged = str(state["run_id"]), dict(state["logged"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""
        try:
            run = api.get_run(run_id)
        except MlflowException:  # another store than last time
            return ""
        self._logged = {str(key): int(step) for key, step in logged.items()}
        return "" if run.info.lifecycle_stage == "deleted" else run_id

    def _remember(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        state = {"run_id": self.run_id, "logged": self._logged}
        (self._folder / _STATE_NAME).write_text(json.dumps(state), encoding="utf-8")

    def epochs(self, lines: Sequence[Mapping[str, Any]], *, prefix: str = "") -> None:
        """Log the epochs that are not logged yet.

        Parameters
        ----------
        lines : sequence of mapping
            The history from its start; each has ``epoch`` and numbers by name.
        prefix : str, optional
            Before the names of the metrics, where a model has several runs.
        """

        def log() -> None:
            for line in lines:
                step = int(line["epoch"])
                if step <= self._logged.get(prefix, 0):
                    continue
                values = {k: v for k, v in line.items() if k != "epoch"}
                self._log_metrics(values, step=step, prefix=prefix)
                self._logged[prefix] = step
                self._remember()

        self._guarded(log)

    def _log_metrics(
        self, values: Mapping[str, Any], *, step: int, prefix: str = ""
    ) -> None:
        from mlflow.entities import Metric

        at = int(time.time() * 1000)
        metrics = [
            Metric(f"{prefix}{key}", float(value), at, step)
            for key, value in values.items()
            if isinstance(value, int | float) and math.isfinite(value)
        ]
        for start in range(0, len(metrics), _BATCH):
            self._api.log_batch(self.run_id, metrics=metrics[start : start + _BATCH])

    def finish(
        self, metrics: Mapping[str, float], tags: Mapping[str, str] | None = None
    ) -> None:
        """Log the final figures and close the run."""

        def close() -> None:
            self._log_metrics(metrics, step=max(self._logged.values(), default=0))
            for key, value in (tags or {}).items():
                self._api.set_tag(self.run_id, key, value)
            self._api.set_terminated(self.run_id, status="FINISHED")

        self._guarded(close)

    def fail(self, reason: str) -> None:
        """Close the run as failed, with the reason as its tag ``failure``."""

        def close() -> None:
            self._api.set_tag(self.run_id, "failure", reason[:_MAX_PARAMETER])
            self._api.set_terminated(self.run_id, status="FAILED")

        self._guarded(close)


def _reader(uri: str) -> Any:
    """Open a store for reading; None where there is no file yet, so none is made."""
    if _is_missing_file(uri):
        return None
    return _client(uri)


def _is_missing_file(uri: str) -> bool:
    file = uri.removeprefix("sqlite:///")
    return file != uri and not Path(file).exists()


@contextmanager
def _told_as_source() -> Iterator[None]:
    """Turn whatever MLflow, its database or its server raise into one error."""
    try:
        yield
    except Exception as error:
        words = " ".join(str(error).split())[:300]
        raise SourceError(f"the run log cannot be read: {words}") from error


def read_runs(uri: str, *, limit: int = 100) -> list[dict[str, Any]]:
    """Return logged runs, newest first.

    Returns
    -------
    list of dict
        ``run_id, name, status, started_ms, ended_ms, parameters, metrics, tags``; no
        run where the store does not exist.

    Raises
    ------
    SourceError
        If the store cannot be read.
    """
    with _told_as_source():
        return _read_runs(uri, limit)


def _read_runs(uri: str, limit: int) -> list[dict[str, Any]]:
    api = _reader(uri)
    experiment = api and api.get_experiment_by_name(EXPERIMENT)
    if not experiment:
        return []
    runs = api.search_runs(
        [experiment.experiment_id],
        max_results=limit,
        order_by=["attributes.start_time DESC"],
    )
    return [
        {
            "run_id": run.info.run_id,
            "name": run.info.run_name,
            "status": run.info.status,
            "started_ms": run.info.start_time,
            "ended_ms": run.info.end_time,
            "parameters": dict(run.data.params),
            "metrics": dict(run.data.metrics),
            "tags": {
                key: value
                for key, value in run.data.tags.items()
                if not key.startswith("mlflow.")
            },
        }
        for run in runs
    ]


def learning_curve(
    uri: str, run_id: str, metrics: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the values of some metrics by epoch: rows of ``metric, epoch, value``.

    Raises
    ------
    SourceError
        If the store or the run cannot be read.
    """
    with _told_as_source():
        api = _reader(uri)
        if api is None:
            return []
        return [
            {"metric": name, "epoch": point.step, "value": point.value}
            for name in metrics
            for point in sorted(
                api.get_metric_history(run_id, name), key=lambda one: one.step
            )
        ]
