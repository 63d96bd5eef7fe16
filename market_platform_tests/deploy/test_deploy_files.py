"""The files of the server profile, held against what reads them: compose, Dagster's instance, the platform's settings."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import dagster as dg
import psycopg
import pytest
import yaml

from market_platform.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
SECRETS = {
    "OBJECTS_USER",
    "OBJECTS_PASSWORD",
    "LEDGER_PASSWORD",
    "DAGSTER_PASSWORD",
    "POSTGRES_PASSWORD",
    "READER_PASSWORD",
}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def test_compose_takes_the_file(tmp_path):
    """Docker's own reader, which needs no Docker."""
    if shutil.which("docker-compose") is None:
        pytest.skip("no docker-compose here: apt-get install docker-compose")
    shutil.copy(DEPLOY / "compose.yaml", tmp_path)
    done = subprocess.run(
        ["docker-compose", "--file", tmp_path / "compose.yaml", "config", "--quiet"],
        env={**os.environ, **dict.fromkeys(SECRETS, "secret")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_every_secret_comes_from_the_environment_and_is_named_in_the_example(compose):
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{(\w+):\?", text))
    named = set(re.findall(r"^(\w+)=$", (DEPLOY / "environment.example").read_text(encoding="utf-8"), re.MULTILINE))
    assert asked == named == SECRETS
    assert not re.search(r"PASSWORD: (?!\$\{)", text)


def test_only_this_machine_reaches_the_published_ports(compose):
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_services_wait_for_what_they_need_and_images_have_versions(compose):
    services = compose["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        assert ":" in service["image"], name
        assert not service["image"].endswith(":latest"), name


def test_the_platform_takes_its_settings_from_the_compose_file(compose, tmp_path):
    given = {name: _filled(value) for name, value in compose["x-platform"]["environment"].items()}
    named = {name.removeprefix("MARKET_PLATFORM_").lower(): value for name, value in given.items()
             if name.startswith("MARKET_PLATFORM_")}  # fmt: skip
    settings = Settings(**named, DATABASE_URL=given["DATABASE_URL"], data=tmp_path)
    assert settings.profile == "server"
    assert settings.bucket_place.endpoint == "http://objects:9000"
    assert "'secret'" not in repr(settings)


def test_the_server_profile_says_what_is_missing():
    with pytest.raises(ValueError, match="needs DATABASE_URL, MARKET_PLATFORM_BUCKET, MARKET_PLATFORM_BUCKET_KEY"):
        Settings(profile="server")


def test_dagster_reads_the_instance_file(tmp_path, postgres_url):
    """Storage in Postgres and the launcher of runs load by the file that is deployed."""
    shutil.copy(DEPLOY / "dagster.yaml", tmp_path / "dagster.yaml")
    database = _database(postgres_url, "deploy_files")
    variables = {
        "DAGSTER_DATABASE_URL": database.replace("postgresql://", "postgresql+psycopg2://"),
        "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
        "CELERY_BACKEND_URL": "redis://127.0.0.1:1/1",
    }
    os.environ.update(variables)
    try:
        with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
            assert type(instance.run_launcher).__name__ == "CeleryRunLauncher"
            assert type(instance.event_log_storage).__name__ == "PostgresEventLogStorage"
            assert instance.get_runs_count() == 0
    finally:
        for name in variables:
            del os.environ[name]


def test_kubernetes_launcher_takes_the_values():
    """The chart hands this block to Dagster's launcher, whose own schema it is held against."""
    from dagster_k8s import K8sRunLauncher

    values = yaml.safe_load((DEPLOY / "helm-values.yaml").read_text(encoding="utf-8"))
    launcher = values["runLauncher"]["config"]["k8sRunLauncher"]
    fields = {"image_pull_policy": launcher["imagePullPolicy"], "env_secrets": [each["name"] for each in launcher["envSecrets"]],
              "resources": launcher["resources"], "service_account_name": "dagster", "instance_config_map": "instance",
              "dagster_home": "/opt/dagster"}  # fmt: skip
    assert set(fields) <= set(K8sRunLauncher.config_type())
    deployment = values["dagster-user-deployments"]["deployments"][0]
    assert deployment["dagsterApiGrpcArgs"][1] == "market_platform.definitions"


def test_roles_can_do_their_work_and_nothing_else(postgres_url):
    """The reader reads marts and nothing of the ledger; Dagster cannot enter the ledger; nobody is a superuser."""
    script = (DEPLOY / "postgres" / "roles.psql").read_text(encoding="utf-8")
    psql = shutil.which("psql")
    if psql is None:
        pytest.skip("no psql here: apt-get install postgresql-client")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for name in ("ledger", "dagster"):
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        for role in ("reader", "ledger", "dagster"):
            connection.execute(f'DROP ROLE IF EXISTS "{role}"')
    passwords = [f"--set={role}=some'thing" for role in ("ledger", "dagster", "reader")]
    subprocess.run(
        [psql, postgres_url, "--set=ON_ERROR_STOP=1", "--quiet", *passwords], input=script, text=True, check=True
    )

    with _as(postgres_url, "ledger", "ledger") as connection:
        connection.execute("CREATE TABLE public.bids (bid int)")
        connection.execute("CREATE TABLE marts.prices (price numeric)")
        connection.execute("INSERT INTO marts.prices VALUES (31.5)")
    with _as(postgres_url, "reader", "ledger") as connection:
        assert connection.execute("SELECT count(*) FROM marts.prices").fetchone() == (1,)
        for statement in ("SELECT * FROM public.bids", "CREATE TABLE marts.mine (a int)", "DELETE FROM marts.prices"):
            with pytest.raises(psycopg.Error):
                connection.execute(statement)
            connection.rollback()
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        _as(postgres_url, "dagster", "ledger")


def _as(url, role, database):
    return psycopg.connect(url.replace("/postgres?", f"/{database}?").replace("//postgres:", f"//{role}:"), user=role)


def _database(url, name):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    return url.replace("/postgres?", f"/{name}?")


def _filled(value):
    return re.sub(r"\$\{(\w+):[?-]([^}]*)\}", lambda found: "secret" if found[1] in SECRETS else found[2], value)
