import os
import subprocess
import sys

import yaml
from openapi_spec_validator import validate

from tests.sandbox import ROOT

DESCRIPTION = ROOT / "docs" / "cluster-server-api.yaml"


def generated(command):
    # A clone that was never started has no folder for a database; none is needed.
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "clea_portal.cluster_server.sandbox.settings",
        "CLEA_SANDBOX_STATE": ":memory:",
    }
    result = subprocess.run(
        [sys.executable, "-m", "django", *command], check=False, cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def test_committed_description_is_what_the_code_gives():
    assert DESCRIPTION.read_text() == generated(["spectacular", "--validate", "--fail-on-warn"])


def test_committed_description_is_valid():
    validate(yaml.safe_load(DESCRIPTION.read_text()))


def test_no_migration_is_missing():
    assert generated(["makemigrations", "--check", "--dry-run"]) == "No changes detected\n"
