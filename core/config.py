"""Settings: one frozen object, read from the environment with the prefix GYRE_."""

import getpass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import InputError

__all__ = ["PROJECT_ROOT", "Settings", "load_settings"]

PROJECT_ROOT = Path(__file__).resolve().parents[1]


def _default_actor() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container user without a passwd entry
        return "unknown"


class Settings(BaseSettings):
    """What a deployment may change, validated at start."""

    model_config = SettingsConfigDict(env_prefix="GYRE_", frozen=True, extra="ignore")

    data_dir: Path = Field(
        default=PROJECT_ROOT / "data",
        description="Folder of the database, uploaded photos and demo data.",
    )
    database_url: str = Field(
        default="",
        description="SQLAlchemy URL; empty means SQLite in data_dir/gyre.db.",
    )
    models_dir: Path = Field(
        default=PROJECT_ROOT / "models" / "deployment",
        description="Folder of deployed models, one folder a name and version.",
    )
    model: str = Field(
        default="optimized_cnn_model",
        description="Photo classifier used when none is named, NAME or NAME@VERSION.",
    )
    actor: str = Field(
        default_factory=_default_actor,
        description="Name written to the audit log as the one who acts.",
    )
    threads: int = Field(
        default=0, ge=0, description="Threads for prediction; 0 means every core."
    )
    photo_folders: str = Field(
        default="",
        description="Folders on this machine that the Surveys page may take photos "
        "from, by comma; empty means data_dir/incoming.",
    )
    dask_scheduler: str = Field(
        default="",
        description="Where drift ensembles run: empty for threads, processes, or the "
        "address of a Dask scheduler.",
    )
    forcing_hosts: str = Field(
        default="",
        description="Servers ocean data may be fetched from, by comma: HOST[:PORT]; "
        "empty means none.",
    )
    forcing_max_mb: int = Field(
        default=500, gt=0, description="Largest answer of such a server, in MB."
    )
    forcing_timeout_s: int = Field(
        default=120, gt=0, description="Longest time for one fetch, retries included."
    )

    mqtt_url: str = Field(
        default="",
        description="Broker of live sensors: mqtt://HOST or "
        "mqtts://USER:PASSWORD@HOST; empty means none.",
    )

    mlflow_uri: str = Field(
        default="",
        description="Where training runs are logged, an MLflow tracking address; "
        "empty means SQLite in data_dir/mlflow.db.",
    )

    @cached_property
    def resolved_mlflow_uri(self) -> str:
        """Where training runs are logged, with the default filled in."""
        return self.mlflow_uri or f"sqlite:///{(self.data_dir / 'mlflow.db').resolve()}"

    @cached_property
    def resolved_database_url(self) -> str:
        """The database URL with the default filled in."""
        if self.database_url:
            return self.database_url
        return f"sqlite:///{(self.data_dir / 'gyre.db').resolve()}"

    @cached_property
    def allowed_photo_folders(self) -> tuple[Path, ...]:
        """Folders that the Surveys page may take photos from."""
        named = [part.strip() for part in self.photo_folders.split(",")]
        chosen = [Path(name).expanduser() for name in named if name]
        return tuple(chosen) or (self.data_dir / "incoming",)

    def public(self) -> dict[str, str]:
        """Every setting as text, passwords left out."""
        shown = {
            name: str(getattr(self, name)) for name in sorted(type(self).model_fields)
        }
        shown["database_url"] = _without_password(self.resolved_database_url)
        shown["mlflow_uri"] = _without_credentials(self.resolved_mlflow_uri)
        shown["mqtt_url"] = _without_credentials(self.mqtt_url)
        return shown


def _without_credentials(url: str) -> str:
    """Hide all before the last @, also where the URL is not well formed."""
    credentials, at, host = url.rpartition("@")
    scheme = credentials.partition("://")[0] if "://" in credentials else ""
    return f"{scheme}://***@{host}" if at else url


def _without_password(url: str) -> str:
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError:  # not well formed, so nobody knows where a password ends
        return _without_credentials(url)
    if password is None:
        return url
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:***@{host}"))


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises
    ------
    InputError
        Names each setting that is wrong; values stay out of it, as one may be a secret.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = [
            f"GYRE_{'_'.join(map(str, fault['loc'])).upper()}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        ]
        raise InputError(f"settings: {'; '.join(wrong)}") from None
