"""What is built and installed: the wheel, the plugins inside it, the locks and the set-up script."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.metadata import Distribution, packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = ("requirements.lock", "requirements-test.lock")
PLUGINS = sorted(path.parent for path in (ROOT / "plugins").glob("*/pyproject.toml"))
LOAD = """
import json, monitor, monitor.plugins
loaded = monitor.plugins.load()
folders = {plugin.name: str(plugin.folder) for plugin in loaded.plugins}
print(json.dumps([monitor.__file__, sorted(loaded.catalogue), folders, loaded.left_out]))
"""


def execute(*words: str | Path, cwd: Path = ROOT, **environment: str) -> str:
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(checkout: Path, kind: str, target: Path) -> Path:
    execute(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", target, cwd=checkout)
    (built,) = target.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """An environment of its own that sees the libraries of this one, but nothing that is installed editable."""
    folder = tmp_path / "environment"
    venv.create(folder, with_pip=False)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    return folder


def python_of(environment: Path) -> Path:
    return environment / ("Scripts" if os.name == "nt" else "bin") / "python"


def install(environment: Path, *what: str | Path) -> None:
    pip = (sys.executable, "-m", "pip", "--python", python_of(environment), "--disable-pip-version-check")
    offline = ("--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--no-cache-dir", "--ignore-installed")
    execute(*pip, "install", *offline, *what)


def loaded_by(environment: Path, elsewhere: Path) -> tuple[str, list[str], dict[str, str], list[str]]:
    """Where the framework was found, the instruments, the folder of each plugin, and what was left out."""
    core, codes, folders, left_out = json.loads(execute(python_of(environment), "-c", LOAD, cwd=elsewhere))
    return core, codes, folders, left_out


def files_of(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def package_files() -> set[str]:
    """Every file of the packages in the checkout, under the name that it should have in site-packages."""
    found = set()
    for package in [ROOT / path for path in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]]:
        for path in package.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
                found.add(path.relative_to(package.parent).as_posix())
    return found


# The wheel


@pytest.mark.slow
def test_the_wheel_holds_the_framework_and_the_plugins_each_under_its_own_name(wheel: Path) -> None:
    top = {name.split("/")[0] for name in files_of(wheel)}
    version = PROJECT["project"]["version"]
    assert top == {"monitor", *(f"monitor_{plugin.name}" for plugin in PLUGINS), f"monitor-{version}.dist-info"}


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    inside = {name for name in files_of(wheel) if ".dist-info/" not in name}
    assert inside == package_files()
    assert {"monitor/standards/register.toml", "monitor/standards/applicability.toml"} <= inside
    assert "monitor_case_data/mappings/ctdc_2020.toml" in inside
    assert any(name.startswith("monitor_trial_monitoring/examples/refused/") for name in inside)


@pytest.mark.slow
def test_the_wheel_names_the_command_the_plugins_and_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (listed,) = (name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt"))
        text = archive.read(listed).decode()
        assert any(name.endswith(".dist-info/licenses/LICENSE") for name in archive.namelist())
    assert "monitor = monitor.cli:main" in text
    for plugin in PLUGINS:
        assert f"{plugin.name} = monitor_{plugin.name}" in text


@pytest.mark.slow
def test_the_source_archive_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    archive = build(ROOT, "sdist", tmp_path / "sdist")
    shutil.unpack_archive(archive, tmp_path / "source")
    (checkout,) = (tmp_path / "source").iterdir()
    assert files_of(build(checkout, "wheel", tmp_path / "again")) == files_of(wheel)


# Installed


@pytest.mark.slow
def test_an_installed_wheel_finds_the_built_in_plugins(wheel: Path, environment: Path, tmp_path: Path) -> None:
    install(environment, wheel)
    core, codes, folders, left_out = loaded_by(environment, tmp_path)
    assert left_out == []
    assert codes == [plugin.name for plugin in PLUGINS]
    assert all(str(environment) in folder for folder in [core, *folders.values()])


@pytest.mark.slow
def test_a_plain_install_of_the_checkout_finds_the_built_in_plugins(environment: Path, tmp_path: Path) -> None:
    install(environment, ROOT)
    core, codes, _folders, _left_out = loaded_by(environment, tmp_path)
    assert codes == [plugin.name for plugin in PLUGINS]
    assert str(environment) in core


@pytest.mark.slow
def test_an_editable_install_finds_the_plugins_in_the_checkout(environment: Path, tmp_path: Path) -> None:
    install(environment, "--editable", ROOT)
    _core, _codes, folders, _left_out = loaded_by(environment, tmp_path)
    assert folders == {plugin.name: str(plugin / f"monitor_{plugin.name}") for plugin in PLUGINS}


@pytest.mark.slow
def test_mypy_resolves_the_plugins_of_an_editable_install(environment: Path, tmp_path: Path) -> None:
    install(environment, "--editable", ROOT)
    names = ["monitor", *(f"monitor_{plugin.name}" for plugin in PLUGINS)]
    (tmp_path / "mine.py").write_text("".join(f"import {name}\n" for name in names), "utf-8")
    mypy = (sys.executable, "-m", "mypy", "--config-file", os.devnull, "--cache-dir", tmp_path / "cache")
    execute(*mypy, "--python-executable", python_of(environment), "--follow-imports=silent", "mine.py", cwd=tmp_path)


@pytest.mark.slow
def test_a_copied_and_renamed_plugin_folder_installs_beside_the_original(environment: Path, tmp_path: Path) -> None:
    copy = tmp_path / "our_trials"
    shutil.copytree(ROOT / "plugins" / "trial_monitoring", copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "monitor_trial_monitoring").rename(copy / "monitor_our_trials")
    for path in [*copy.rglob("*.py"), *copy.rglob("*.toml")]:
        text = path.read_text("utf-8")
        renamed = text.replace("trial_monitoring", "our_trials").replace("trial-monitoring", "our-trials")
        path.write_text(renamed, "utf-8")
    install(environment, ROOT, copy)
    _core, codes, folders, _left_out = loaded_by(environment, tmp_path)
    assert {"our_trials", "trial_monitoring"} <= set(codes)
    assert str(environment) in folders["our_trials"]


# What pyproject.toml says


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_a_plugin_folder_is_named_everywhere_it_must_be(plugin: Path) -> None:
    package = f"monitor_{plugin.name}"
    assert (plugin / package / "__init__.py").is_file()
    assert (plugin / package / "py.typed").is_file(), "without it mypy does not read the types of an installed plugin"
    assert (plugin / "README.md").is_file()
    tool = PROJECT["tool"]
    path = f"plugins/{plugin.name}"
    assert f"{path}/{package}" in tool["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert path in tool["hatch"]["build"]["dev-mode-dirs"]
    assert f"{path}/{package}" in tool["mypy"]["files"]
    assert path in tool["mypy"]["mypy_path"]
    assert package in tool["importlinter"]["root_packages"]
    assert package in tool["ruff"]["lint"]["isort"]["known-first-party"]
    assert PROJECT["project"]["entry-points"]["monitor"][plugin.name] == package


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_a_plugin_folder_is_a_distribution_of_its_own(plugin: Path) -> None:
    own = tomllib.loads((plugin / "pyproject.toml").read_text("utf-8"))
    assert own["project"]["name"] == f"monitor-{plugin.name.replace('_', '-')}"
    assert own["project"]["entry-points"]["monitor"] == {plugin.name: f"monitor_{plugin.name}"}
    assert own["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == [f"monitor_{plugin.name}"]


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_a_plugin_imports_its_own_modules_relatively(plugin: Path) -> None:
    absolute = re.compile(rf"^\s*(from|import)\s+monitor_{plugin.name}\b", re.MULTILINE)
    for path in (plugin / f"monitor_{plugin.name}").rglob("*.py"):
        assert not absolute.search(path.read_text("utf-8")), f"{path}: a copy would import the original"


def test_every_library_that_is_imported_is_asked_for() -> None:
    declared = {canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]}
    homes = packages_distributions()
    for path in [*(ROOT / "monitor").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")]:
        imported = re.findall(r"^\s*(?:from|import) (\w+)", path.read_text("utf-8"), re.MULTILINE)
        for name in set(imported) - sys.stdlib_module_names - {"monitor"}:
            found = {canonicalize_name(home) for home in homes.get(name, [])}
            assert not found or found & declared, f"{path}: {name}"


def test_the_build_group_is_what_the_build_needs() -> None:
    assert PROJECT["dependency-groups"]["build"] == PROJECT["build-system"]["requires"]


# The locks


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text("utf-8")
    found = re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_no_address_no_path_and_no_option(lock: str) -> None:
    for line in (ROOT / lock).read_text("utf-8").splitlines():
        assert "//" not in line and "@" not in line
        assert re.match(r"[\w.-]+==[\w.]+ |    --hash=sha256:[0-9a-f]{64}", line), line


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_in_a_lock_has_a_hash(lock: str) -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / lock).read_text("utf-8").strip())
    assert blocks
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


def test_the_locks_satisfy_what_the_project_asks_for() -> None:
    groups = PROJECT["dependency-groups"]
    run_time = [*PROJECT["project"]["dependencies"], *groups["build"]]
    for lock, wanted in (("requirements.lock", run_time), ("requirements-test.lock", [*run_time, *groups["test"]])):
        locked = pins(lock)
        for requirement in map(Requirement, wanted):
            version = locked.get(canonicalize_name(requirement.name))
            assert version is not None and requirement.specifier.contains(version), f"{requirement} in {lock}"


def test_the_tests_run_with_the_versions_that_users_get() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-test.lock").items()


# The set-up script

posix = pytest.mark.skipif(os.name == "nt", reason="the script is for a POSIX shell; on Windows use pip or uv")


@posix
@pytest.mark.parametrize("script", ["run", ".ci/run"])
def test_a_script_is_executable_and_a_shell_can_read_it(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    execute("bash" if script == ".ci/run" else "sh", "-n", ROOT / script)


@posix
def test_the_build_server_calls_the_test_command_of_the_readme() -> None:
    assert "./run test" in (ROOT / ".ci" / "run").read_text("utf-8")
    assert "./run test" in (ROOT / "README.md").read_text("utf-8")
    assert "./run demo" in (ROOT / "README.md").read_text("utf-8")


@posix
def test_without_a_python_the_script_says_what_is_missing_and_leaves_nothing(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("basename", "cat", "cksum", "dirname", "rm", "mkdir", "mv"):
        (tools / tool).symlink_to(shutil.which(tool) or pytest.fail(f"no {tool} here"))
    checkout = tmp_path / "a check out"
    checkout.mkdir()
    for name in ("run", "pyproject.toml", *LOCKS):
        shutil.copy2(ROOT / name, checkout / name)
    before = sorted(checkout.iterdir())
    done = subprocess.run(
        ["/bin/sh", checkout / "run", "demo"], env={"PATH": str(tools)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert sorted(checkout.iterdir()) == before


def test_the_installed_command_is_this_project() -> None:
    # A stray environment would test somebody else's copy.
    found = Distribution.from_name("monitor")
    (script,) = (entry for entry in found.entry_points if entry.group == "console_scripts")
    assert (script.name, script.value) == ("monitor", "monitor.cli:main")
