"""The set-up says in one sentence what is missing, to whatever Python runs it."""

import ast
import subprocess
import sys

import pytest

from policetweets.runner import install
from policetweets.runner.folder import ROOT

FILE = ROOT / "policetweets" / "runner" / "bootstrap.py"


def with_python(version, *before):
    """Run the file as that Python would, as far as it can tell."""
    program = "\n".join(
        [
            "import runpy, sys",
            f"sys.version_info = {version}",
            *before,
            f"runpy.run_path({str(FILE)!r}, run_name='__main__')",
        ]
    )
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 10), (3, 14)])
def test_another_python_is_one_sentence(version):
    done = with_python((*version, 0))
    assert done.returncode == 1
    assert done.stderr.startswith("policetweets needs Python 3.11, 3.12 or 3.13, and ")
    assert f"is Python {version[0]}.{version[1]}: install one of them" in done.stderr
    assert "apt install python3 python3-venv" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_an_old_python_can_read_it():
    """Nothing newer than Python 2: no annotation, no f-string, no character beyond ASCII."""
    text = FILE.read_bytes().decode("ascii")
    newer = (ast.JoinedStr, ast.AnnAssign, ast.FunctionDef, ast.NamedExpr, ast.Match)
    assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, newer)]


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(install, "VENV_PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(install, "STAMP", tmp_path / ".venv" / "installed.stamp")
    monkeypatch.delenv("PYTHON_GIVEN", raising=False)
    return tmp_path


def test_a_python_without_its_venv_module_is_one_sentence(elsewhere, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit) as stopped:
        install.main()
    assert stopped.value.code == 1
    python = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    assert capsys.readouterr().err == (
        f"{python} lacks its venv module: install it with « apt install {python}-venv » "
        "(or python3-venv) and start again.\n"
    )


def test_a_folder_that_cannot_be_written_is_one_sentence(elsewhere, monkeypatch, capsys):
    # Root may write anywhere, except where nobody can: /proc.
    monkeypatch.setattr(install, "ROOT", "/proc/sys")
    with pytest.raises(SystemExit):
        install.main()
    said = capsys.readouterr().err
    assert said.startswith("The folder /proc/sys cannot be written (")
    assert len(said.strip().splitlines()) == 1


def installed(folder):
    bin_folder = folder / ".venv" / "bin"
    bin_folder.mkdir(parents=True)
    install.VENV_PYTHON.symlink_to(sys.executable)
    install.STAMP.write_text(install.stamp())


def test_nothing_is_done_when_the_lock_is_the_installed_one(elsewhere, monkeypatch):
    installed(elsewhere)
    monkeypatch.setattr(install, "run", lambda *_: pytest.fail("something was installed"))
    install.main()


def test_another_lock_installs_again_into_the_same_environment(elsewhere, monkeypatch, tmp_path):
    installed(elsewhere)
    lock = tmp_path / "requirements.txt"
    lock.write_text("other==1\n")
    monkeypatch.setattr(install, "LOCK", lock)
    done = []
    monkeypatch.setattr(install, "run", lambda doing, command: done.append(doing))
    install.main()
    assert done == ["Installing the locked requirements"]
    assert install.is_installed()


@pytest.mark.parametrize("breakage", ["moved", "python-gone"])
def test_an_environment_that_no_longer_works_is_made_again(elsewhere, monkeypatch, breakage):
    installed(elsewhere)
    if breakage == "moved":
        install.STAMP.write_text(install.stamp().replace(str(elsewhere), "/where/it/was"))
    else:
        install.VENV_PYTHON.unlink()
        install.VENV_PYTHON.symlink_to("/usr/bin/python3.0")
    done = []
    monkeypatch.setattr(install, "run", lambda doing, command: done.append(doing))
    install.main()
    assert [doing.split(" with ")[0] for doing in done] == [
        "Making .venv",
        "Installing uv",
        "Installing the locked requirements",
    ]


def test_uv_comes_with_the_hashes_of_the_lock():
    requirement = install.uv_requirement()
    assert requirement.startswith("uv==")
    assert requirement.count("--hash=sha256:") > 5
    assert "\n\n" not in requirement.strip()
