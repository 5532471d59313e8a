import re
import shutil

from django.contrib.staticfiles import finders

from clea_portal.static_files import StaticFilesStorage

MODULES = ("js/camera.js", "js/clea_link.js", "qr/decode.js", "qr/index.js")


def test_imports_between_modules_carry_the_names_that_are_served(tmp_path):
    paths = {}
    for finder in finders.get_finders():
        for path, storage in finder.list([]):
            name = f"{storage.prefix}/{path}" if getattr(storage, "prefix", None) else path
            if name in MODULES:
                paths[name] = (storage, path)
                (tmp_path / name).parent.mkdir(exist_ok=True)
                shutil.copy(storage.path(path), tmp_path / name)
    served = StaticFilesStorage(location=tmp_path, base_url="/static/")
    assert [error for *_, error in served.post_process(paths) if isinstance(error, Exception)] == []
    imported = {}
    for name in MODULES:
        file = tmp_path / served.stored_name(name)
        found = re.findall(r"""(?:from |import\()["'](\.[^"']+)["']""", file.read_text())
        assert all((file.parent / one).is_file() for one in found)
        imported[name] = [re.sub(r"\.[0-9a-f]{12}\.js$", ".js", one) for one in found]
    assert imported == {
        "js/camera.js": ["./clea_link.js", "../qr/decode.js"],
        "js/clea_link.js": [],
        "qr/decode.js": ["./index.js"],
        "qr/index.js": [],
    }
