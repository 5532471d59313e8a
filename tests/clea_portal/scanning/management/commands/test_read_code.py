import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.clea_portal.scanning.files import make_pdf, save
from tests.pictures import clea_link, draw_code, draw_poster, photograph

SOURCE = Path(__file__).parents[5]


def lines_of(text: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        assert isinstance(line.pop("milliseconds"), int)
    return lines


def test_read_code_prints_a_line_per_file_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "photo.txt": photograph(draw_code(clea_link(1)), seed=1),
        "poster.pdf": save(draw_poster(clea_link(2)), "PDF", resolution=150),
        "notes.jpg": b"no picture",
        "empty.png": b"",
        "many.pdf": make_pdf(51),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    names = [str(tmp_path / name) for name in files]
    call_command("read_code", *names)
    captured = capsys.readouterr()
    assert captured.err == ""
    assert lines_of(captured.out) == [
        {"file": names[0], "links": [clea_link(1)], "advice": None},
        {"file": names[1], "links": [clea_link(2)], "advice": None},
        {
            "file": names[2],
            "links": [],
            "advice": "This kind of file cannot be read. Send a JPEG, PNG, WebP, HEIC, AVIF or PDF file.",
        },
        {
            "file": names[3],
            "links": [],
            "advice": "This file is empty. Choose the file again, or take a new photo of the code.",
        },
        {
            "file": names[4],
            "links": [],
            "advice": "This PDF has more than 50 pages. Send only the page with the code.",
        },
    ]


def test_read_code_reads_no_more_of_a_file_than_it_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("read_code", "/dev/zero")
    advice = "This file is larger than 15 MB. Send a smaller one, for example a photo of the code alone."
    assert lines_of(capsys.readouterr().out) == [{"file": "/dev/zero", "links": [], "advice": advice}]


def test_read_code_of_a_missing_file_keeps_the_lines_before_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = tmp_path / "code.png"
    good.write_bytes(save(draw_code(clea_link(1)), "PNG"))
    missing = tmp_path / "missing.png"
    with pytest.raises(CommandError, match=f"^{missing} cannot be read: No such file or directory$"):
        call_command("read_code", str(good), str(missing), str(good))
    assert lines_of(capsys.readouterr().out) == [{"file": str(good), "links": [clea_link(1)], "advice": None}]


def test_read_code_as_a_process(tmp_path: Path) -> None:
    good = tmp_path / "code.png"
    good.write_bytes(save(draw_code(clea_link(1)), "PNG"))
    command = [sys.executable, "manage.py", "read_code"]
    done = subprocess.run([*command, str(good)], capture_output=True, text=True, cwd=SOURCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert lines_of(done.stdout) == [{"file": str(good), "links": [clea_link(1)], "advice": None}]
    refused = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, cwd=SOURCE, check=False)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"CommandError: {tmp_path} cannot be read: Is a directory\n"
