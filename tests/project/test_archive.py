"""Backup while somebody works, restore into an empty place, on real databases and in real processes."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.project.places import PATIENCE, ROOT, Place, a_place

pytestmark = pytest.mark.django_db
SEED = ROOT / "tests" / "project" / "seed.py"


def seed(place: Place, *args: str) -> str:
    done = subprocess.run(
        [sys.executable, str(SEED), *args], env=place.env, capture_output=True, text=True, timeout=PATIENCE * 2
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def worked(tmp_path):
    """A place where some cases were handled, one with a photo."""
    with a_place(tmp_path / "data") as place:
        seed(place, "make")
        yield place


def test_backup_is_restored_whole_with_files_keys_and_clean_audits(worked, tmp_path):
    tar = tmp_path / "safe" / "backup.tar"
    done = worked.run("backup", str(tar))
    assert done.returncode == 0, done.stderr
    assert oct(tar.stat().st_mode)[-3:] == "600"
    seed(worked, "more")  # work goes on after the backup
    assert worked.run("backup", str(tar)).returncode == 1  # an older backup is never written over

    with a_place(tmp_path / "new") as new:
        restored = new.run("restore", str(tar))
        assert restored.returncode == 0, restored.stdout + restored.stderr
        assert "The journal is whole." in restored.stdout
        assert "Every clock is as the journal says." in restored.stdout
        assert json.loads(seed(new, "count")) == {"cases": 3, "read": "seen by the camera"}
        assert (new.folder / "keys/field_key").read_bytes() == (worked.folder / "keys/field_key").read_bytes()
        again = new.run("restore", str(tar))
        assert again.returncode == 1 and "not empty" in again.stderr
        assert json.loads(seed(new, "count"))["cases"] == 3
    assert json.loads(seed(worked, "count"))["cases"] == 4


def test_restore_repeats_an_erasure_made_after_the_backup(worked, tmp_path):
    tar = tmp_path / "backup.tar"
    assert worked.run("backup", str(tar)).returncode == 0
    assert worked.run("erase", "方小满", "--reason", "asked", "--yes").returncode == 0

    with a_place(tmp_path / "new") as new:
        restored = new.run("restore", str(tar), "--erased", str(worked.folder / "erased.jsonl"))
        assert restored.returncode == 0, restored.stdout + restored.stderr
        assert "1 erasures repeated" in restored.stdout
        assert new.run("erase", "方小满", "--reason", "asked", "--yes").returncode == 1  # nobody of that name


def test_restore_refuses_what_is_no_backup_and_leaves_the_place_empty(tmp_path):
    with a_place(tmp_path / "data") as place:
        (tmp_path / "x.tar").write_text("no tar")
        assert place.run("restore", str(tmp_path / "x.tar")).returncode == 1
        assert place.run("restore", str(tmp_path / "none.tar")).returncode == 1
        for number, name in enumerate(("../outside", "/etc/outside", "files/../../outside", "deep/er/file")):
            evil = tmp_path / f"{number}.tar"
            _pack(evil, name)
            done = place.run("restore", str(evil))
            assert done.returncode == 1 and "no backup" in done.stderr, name
        assert not place.folder.exists() or os.listdir(place.folder) == []
    assert not (tmp_path / "outside").exists()


def _pack(target: Path, name: str) -> None:
    """A file that looks like a backup but carries something that would land elsewhere."""
    from django.db import connection

    said = {"version": "0", "database": connection.vendor, "made_at": "x", "cases": 0, "files": 0, "format": 1}
    with tarfile.open(target, "w") as tar:
        for member, data in (("manifest.json", json.dumps(said).encode()), (name, b"evil")):
            info = tarfile.TarInfo(member)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
