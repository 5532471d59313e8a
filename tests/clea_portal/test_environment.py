import pytest
from django.core.exceptions import ImproperlyConfigured

from clea_portal import environment


def test_boolean_reads_two_words(monkeypatch):
    monkeypatch.setenv("SWITCH", "True")
    assert environment.boolean("SWITCH", False) is True
    monkeypatch.setenv("SWITCH", "False")
    assert environment.boolean("SWITCH", True) is False
    monkeypatch.delenv("SWITCH")
    assert environment.boolean("SWITCH", True) is True


@pytest.mark.parametrize("nonsense", ["true", "1", "yes", "", "Flase"])
def test_boolean_refuses_nonsense(monkeypatch, nonsense):
    monkeypatch.setenv("SWITCH", nonsense)
    with pytest.raises(ImproperlyConfigured, match="SWITCH must be True or False"):
        environment.boolean("SWITCH", True)


@pytest.mark.parametrize("nonsense", ["-1", "1.5", "ten", "", "٣", "0"])
def test_integer_refuses_nonsense(monkeypatch, nonsense):
    monkeypatch.setenv("SECONDS", nonsense)
    with pytest.raises(ImproperlyConfigured, match="SECONDS must be a whole number of at least 1"):
        environment.integer("SECONDS", 5, at_least=1)


def test_text_reads_a_mounted_secret(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("from the file\n")
    monkeypatch.setenv("TOKEN_FILE", str(tmp_path / "secret"))
    assert environment.text("TOKEN") == "from the file"


def test_text_refuses_a_secret_given_twice(monkeypatch, tmp_path):
    monkeypatch.setenv("TOKEN_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("TOKEN", "from the environment")
    with pytest.raises(ImproperlyConfigured, match="Set TOKEN or TOKEN_FILE, not both"):
        environment.text("TOKEN")


def test_text_names_a_file_that_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("TOKEN_FILE", str(tmp_path / "missing"))
    with pytest.raises(ImproperlyConfigured, match="cannot be read: No such file"):
        environment.text("TOKEN")


def test_words_drops_what_is_empty(monkeypatch):
    monkeypatch.setenv("NAMES", " a, ,b,")
    assert environment.words("NAMES") == ["a", "b"]


def test_database_of_postgresql(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://portal:p%40ss@db.example:5433/clea")
    database = environment.database("DATABASE_URL", "")
    assert {name: database[name] for name in ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "clea",
        "USER": "portal",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": 5433,
    }


def test_database_of_sqlite_uses_wal(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "sqlite:////srv/data/portal.sqlite3")
    database = environment.database("DATABASE_URL", "")
    assert database["NAME"] == "/srv/data/portal.sqlite3"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]


@pytest.mark.parametrize("url", ["", "mysql://x/y", "portal.sqlite3"])
def test_database_of_another_kind_is_refused(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match="must begin with sqlite:/// or postgresql://"):
        environment.database("DATABASE_URL", "")


def test_env_file_does_not_override_the_environment(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("# a remark\nFROM_FILE=file\nFROM_BOTH=file\n")
    monkeypatch.setenv("FROM_BOTH", "environment")
    monkeypatch.delenv("FROM_FILE", raising=False)
    environment.read_file(tmp_path / ".env")
    assert environment.text("FROM_FILE") == "file"
    assert environment.text("FROM_BOTH") == "environment"
    monkeypatch.delenv("FROM_FILE")
