"""The architecture: import arrows, migrations, templates, settings, sizes, nothing inline."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

from policetweets import health

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "approvals", "publishing", "insights", "policetweets", "x_sandbox")
MAX_SECONDS = 50


def sources() -> list[Path]:
    found = [file for app in APPS for file in sorted((ROOT / app).rglob("*.py"))]
    return [file for file in found if "migrations" not in file.parts]


def templates() -> list[Path]:
    return [file for file in sorted((ROOT / "templates").rglob("*")) if file.is_file()]


def test_imports_go_one_way():
    command = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def stumbling(operation) -> bool:
    """Whether code of before would read what is gone, or insert what is now refused."""
    if isinstance(operation, migrations.AddField):
        field = operation.field
        filled = field.null or field.has_db_default() or field.generated
        return not (filled or field.many_to_many)
    gone = (migrations.RemoveField, migrations.RenameField, migrations.DeleteModel)
    return isinstance(operation, (*gone, migrations.RenameModel, migrations.AlterModelTable))


def of_older_tables(operations) -> list:
    new = {one.name_lower for one in operations if isinstance(one, migrations.CreateModel)}
    return [one for one in operations if getattr(one, "model_name_lower", "") not in new]


def test_a_migration_can_be_applied_while_the_version_before_still_runs():
    """As docs/containers.md deploys it. One that cannot be says in BESIDE what to do instead."""
    loader = MigrationLoader(None)
    found = [
        f"{app}.{name}"
        for (app, name), one in loader.disk_migrations.items()
        if app in APPS and not one.initial and not hasattr(one, "BESIDE")
        if any(stumbling(operation) for operation in of_older_tables(one.operations))
    ]
    assert found == []


def test_the_check_of_migrations_finds_what_running_code_would_stumble_over():
    text = models.CharField(max_length=9, default="")
    assert stumbling(migrations.RemoveField("look", "result"))
    assert stumbling(migrations.AddField("look", "more", text))
    assert not stumbling(migrations.AddField("look", "more", models.IntegerField(null=True)))
    assert not stumbling(migrations.AddField("look", "more", models.TextField(db_default="")))
    computed = models.GeneratedField(expression="id", output_field=text, db_persist=True)
    assert not stumbling(migrations.AddField("look", "more", computed))


def test_every_template_is_used():
    text = "".join(
        file.read_text(encoding="utf-8") for file in [*sources(), *templates()] if file.suffix
    )
    unused = [
        name
        for name in (str(file.relative_to(ROOT / "templates")) for file in templates())
        # Mails are named by their kind.
        if f'"{name}"' not in text and "/mail/" not in name
    ]
    assert unused == []


def test_what_is_told_by_mail_alone_has_its_mail_and_the_rest_shares_one():
    from accounts.models.notice import BY_MAIL_ALONE

    mails = {file.stem for file in (ROOT / "templates/accounts/mail").iterdir()}
    assert mails == {"notice", *BY_MAIL_ALONE}


def functions(file: Path) -> list[tuple[int, str]]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [
        (
            (node.end_lineno or node.lineno) - node.lineno + 1,
            f"{file.relative_to(ROOT)}:{node.name}",
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_no_function_is_longer_than_fifty_lines():
    sizes = sorted((size for file in sources() for size in functions(file)), reverse=True)
    print(*(f"{lines:4} {name}" for lines, name in sizes[:10]), sep="\n")  # noqa: T201
    assert [name for lines, name in sizes if lines > MAX_SECONDS] == []


def test_every_module_says_what_it_is_for():
    silent = [
        str(file.relative_to(ROOT))
        for file in sources()
        if file.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_every_setting_of_the_environment_is_documented():
    settings = (ROOT / "policetweets/settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z_]+)"', settings))
    documented = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs/settings.md").read_text("utf-8")))
    assert len(read) > 10
    assert read - documented == set()


def test_whatever_is_watched_is_explained_to_who_is_called():
    """Each name that /healthz says and each metric, in docs/monitoring.md."""
    explained = set(
        re.findall(r"`([a-z_-]+)[`{]", (ROOT / "docs/monitoring.md").read_text("utf-8"))
    )
    metrics = (ROOT / "policetweets/metrics.py").read_text(encoding="utf-8")
    numbers = {f"policetweets_{name}" for name in re.findall(r'gauges?\(\s*"(\w+)"', metrics)}
    assert len(numbers) > 5
    assert (numbers | set(health.NAMES) | {health.WORKER}) - explained == set()


@pytest.mark.parametrize("file", templates(), ids=lambda file: file.name)
def test_nothing_is_inline(file):
    text = re.sub(r"{%.*?%}", "", file.read_text(encoding="utf-8"))
    inline = re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", text)
    assert inline == []
