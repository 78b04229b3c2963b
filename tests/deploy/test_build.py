"""Release archives on the controller."""

import subprocess
import sys
import tarfile
from pathlib import Path

from tests.deploy.fake import ROOT

BUILD = "from deploy.build import build_release; print(build_release('x86_64', '').archive)"


def test_two_deploys_from_one_new_checkout_build_the_same_release(tmp_path: Path) -> None:
    for name in ("deploy", "app", "requirements", "pyproject.toml", "README.md", "LICENSE"):
        (tmp_path / name).symlink_to(ROOT / name)
    builders = [
        subprocess.Popen([sys.executable, "-c", BUILD], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    archives = {builder.communicate(timeout=300)[0].strip() for builder in builders}
    assert [builder.returncode for builder in builders] == [0, 0]
    assert len(archives) == 1
    with tarfile.open(tmp_path / archives.pop()) as archive:
        assert [name for name in archive.getnames() if name.startswith("bantam-")] != []
    assert list((tmp_path / "build").rglob(".draft-*")) == [], "nothing half done is left"
