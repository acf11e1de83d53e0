"""Settings: defaults, environment, and what is never shown."""

import pydantic
import pytest

from core.config import Settings, load_settings
from core.errors import InputError


def test_the_database_lies_in_the_data_folder_unless_named(monkeypatch, tmp_path):
    monkeypatch.delenv("GYRE_DATABASE_URL", raising=False)
    monkeypatch.setenv("GYRE_DATA_DIR", str(tmp_path))
    url = load_settings().resolved_database_url
    assert url == f"sqlite:///{(tmp_path / 'gyre.db').resolve()}"


def test_the_environment_wins(monkeypatch):
    monkeypatch.setenv("GYRE_DATABASE_URL", "sqlite:////elsewhere.db")
    assert load_settings().resolved_database_url == "sqlite:////elsewhere.db"


def test_passwords_are_not_shown():
    settings = Settings(database_url="postgresql+psycopg://gyre:hunter2@db:5432/gyre")
    shown = settings.public()
    assert "hunter2" not in str(shown)
    assert shown["database_url"] == "postgresql+psycopg://gyre:***@db:5432/gyre"


def test_settings_cannot_be_changed_after_start():
    with pytest.raises(pydantic.ValidationError):
        load_settings().threads = 3


def test_every_wrong_setting_is_named_without_its_value(monkeypatch):
    monkeypatch.setenv("GYRE_THREADS", "-1")
    monkeypatch.setenv("GYRE_FORCING_MAX_MB", "hunter2")
    with pytest.raises(InputError, match=r"GYRE_THREADS.*GYRE_FORCING_MAX_MB") as fault:
        load_settings()
    assert "hunter2" not in str(fault.value)


def test_a_password_in_a_database_url_that_cannot_be_read_is_not_shown():
    shown = Settings(database_url="postgresql://gyre:hunter2@[db/gyre").public()
    assert shown["database_url"] == "postgresql://***@[db/gyre"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("", ""),
        ("mqtt://boat:1883", "mqtt://boat:1883"),
        ("mqtts://ana:hunter2@boat", "mqtts://***@boat"),
        ("mqtts://ana:hun/ter2@boat", "mqtts://***@boat"),
        ("mqtts://ana:hun@ter2@[::1", "mqtts://***@[::1"),
        ("ana:hunter2@boat", "://***@boat"),
    ],
)
def test_credentials_of_the_broker_are_not_shown_even_when_malformed(url, shown):
    assert Settings(mqtt_url=url).public()["mqtt_url"] == shown
