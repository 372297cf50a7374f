"""The set-up scripts on machines that lack something, played by programs of the same name."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Machine:
    """A folder of pretended programs that comes first on the path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = folder / "said"
        for name in ("bash", "tr", "echo"):
            (folder / name).symlink_to(f"/bin/{name}" if name == "bash" else f"/usr/bin/{name}")

    def program(self, name: str, body: str) -> None:
        path = self.folder / name
        path.write_text(f'#!/bin/bash\necho "{name} $*" >> {self.said}\n{body}\n')
        path.chmod(0o755)

    def run(self, script: str, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/bash", str(ROOT / "scripts" / script), *words],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": str(self.folder), "XDG_CACHE_HOME": str(self.folder / "cache")},
        )

    def calls(self) -> str:
        return self.said.read_text() if self.said.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


PYTHON = """
case "$*" in
  *ensurepip*) exit {venv} ;;
  *version_info*-venv*) echo python3.11-venv ;;
  *version_info*) exit {old} ;;
  -V) echo Python 3.9.2 ;;
esac
"""


def user(machine: Machine, number: int) -> None:
    machine.program("id", f"echo {number}")


def test_a_virtual_environment_is_made(machine: Machine) -> None:
    machine.program("python3", PYTHON.format(venv=0, old=0))
    user(machine, 1000)
    assert machine.run("make_venv.sh", "python3", "there").returncode == 0
    assert "python3 -m venv there" in machine.calls()


def test_without_venv_a_user_is_told_the_command(machine: Machine) -> None:
    machine.program("python3", PYTHON.format(venv=1, old=0))
    machine.program("apt-get", "")
    user(machine, 1000)
    done = machine.run("make_venv.sh", "python3", "there")
    assert done.returncode == 1
    assert "sudo apt-get install python3.11-venv" in done.stderr
    assert "apt-get" not in machine.calls()


def test_without_venv_root_gets_it_installed(machine: Machine) -> None:
    machine.program("python3", PYTHON.format(venv=1, old=0))
    machine.program("apt-get", "")
    user(machine, 0)
    assert machine.run("make_venv.sh", "python3", "there").returncode == 0
    assert "apt-get install -y -q python3.11-venv" in machine.calls()
    assert machine.calls().rstrip().endswith("-m venv there")


def test_an_old_python_is_named(machine: Machine) -> None:
    machine.program("python3", PYTHON.format(venv=0, old=1))
    done = machine.run("make_venv.sh", "python3", "there")
    assert done.returncode == 1
    assert "3.11 or later" in done.stderr
    assert "3.9.2" in done.stderr


def test_no_python_is_said(machine: Machine) -> None:
    done = machine.run("make_venv.sh", "python3", "there")
    assert done.returncode == 1
    assert "There is no python3" in done.stderr


def test_without_a_compiler_the_install_goes_on_and_says_so(machine: Machine) -> None:
    user(machine, 1000)
    done = machine.run("have_compiler.sh")
    assert done.returncode == 0
    assert "pure-Python media engine" in done.stderr


def test_with_a_compiler_nothing_is_said(machine: Machine) -> None:
    machine.program("cc", "")
    done = machine.run("have_compiler.sh")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(("works", "said"), [("exit 0", False), ("exit 100", True)])
def test_root_gets_a_compiler_where_it_can_be_had(machine: Machine, works: str, said: bool) -> None:
    user(machine, 0)
    machine.program("apt-get", works)
    done = machine.run("have_compiler.sh")
    assert done.returncode == 0
    assert ("pure-Python media engine" in done.stderr) is said


def test_missing_peers_are_named_loudly(machine: Machine) -> None:
    user(machine, 0)
    machine.program("apt-get", "exit 100")
    machine.program("sipp", "")
    done = machine.run("install_peers.sh")
    assert done.returncode == 0
    assert "apt-get install -y -q --no-install-recommends baresip" in machine.calls()
    assert "NOT INSTALLED: baresip" in done.stderr
    assert "WILL NOT RUN" in done.stderr
    assert "sip-tester" not in done.stderr


def listed(script: str, name: str) -> str:
    """What stands in an array of a script."""
    found = re.search(rf"^{name}=\(([^)]*)\)", script, re.MULTILINE)
    assert found is not None
    return found[1]


def test_present_peers_need_nothing(machine: Machine) -> None:
    script = (ROOT / "scripts" / "install_peers.sh").read_text()
    for name in ("apt-get", *re.findall(r"(\w+):", listed(script, "peers"))):
        machine.program(name, "")
    for name in re.findall(r"(\S+)@", listed(script, "modules")):
        (machine.folder / "cache" / "ringfence-peers" / "node_modules" / name).mkdir(parents=True)
    user(machine, 0)
    done = machine.run("install_peers.sh")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "apt-get" not in machine.calls()


def test_asterisk_is_made_by_root_alone(machine: Machine, tmp_path: Path) -> None:
    user(machine, 1000)
    done = machine.run("install_asterisk.sh", str(tmp_path / "peer"))
    assert done.returncode == 1
    assert "by root alone" in done.stderr
    assert not (tmp_path / "peer").exists()


def test_asterisk_without_debootstrap_is_said(machine: Machine, tmp_path: Path) -> None:
    user(machine, 0)
    machine.program("apt-get", "exit 100")
    done = machine.run("install_asterisk.sh", str(tmp_path / "peer"))
    assert done.returncode == 1
    assert "debootstrap is missing" in done.stderr
    assert not (tmp_path / "peer").exists()


def test_an_asterisk_that_is_there_is_not_made_again(machine: Machine, tmp_path: Path) -> None:
    program = tmp_path / "peer" / "usr" / "sbin" / "asterisk"
    program.parent.mkdir(parents=True)
    program.write_text("")
    program.chmod(0o755)
    done = machine.run("install_asterisk.sh", str(tmp_path / "peer"))
    assert (done.returncode, done.stderr, machine.calls()) == (0, "", "")
    assert "already" in done.stdout


def test_a_folder_of_something_else_is_left_alone(machine: Machine, tmp_path: Path) -> None:
    (machine.folder / "ls").symlink_to("/bin/ls")
    user(machine, 0)
    (tmp_path / "peer").mkdir()
    (tmp_path / "peer" / "kept").write_text("")
    done = machine.run("install_asterisk.sh", str(tmp_path / "peer"))
    assert done.returncode == 1
    assert "is not empty" in done.stderr
    assert (tmp_path / "peer" / "kept").exists()
