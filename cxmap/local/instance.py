"""Ports and secrets of one instance, kept in var/local.json; nothing here starts a process."""

import hashlib
import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from cxmap.local.errors import LocalError
from cxmap.local.locks import exclusive

PROJECT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
# Below the range from which Linux and macOS take ports for outgoing connections, so that a stopped
# server rarely finds its port taken at the next start.
PORTS = range(15000, 32000)


@dataclass(frozen=True)
class LocalConfig:
    """How this instance reaches its servers."""

    database_url: str  # application role, without the right to change tables
    owner_url: str  # role that owns the tables, for migrations and backups
    redis_url: str
    redis_prefix: str  # in front of every key and channel
    secret_key: str
    var: Path


@dataclass(frozen=True)
class Instance:
    """What var/local.json holds; passwords are hexadecimal, so they need no quoting anywhere."""

    name: str
    postgres_port: int
    valkey_port: int
    admin_password: str
    owner_password: str
    app_password: str
    valkey_password: str
    secret_key: str
    durable: bool  # False: a throw-away instance for tests, quick and without protection from crashes

    def config(self, var: Path) -> LocalConfig:
        database = f"@{HOST}:{self.postgres_port}/cxmap"
        return LocalConfig(
            database_url=f"postgresql://cxmap_app:{self.app_password}{database}",
            owner_url=f"postgresql://cxmap_owner:{self.owner_password}{database}",
            redis_url=f"redis://:{self.valkey_password}@{HOST}:{self.valkey_port}/0",
            redis_prefix=f"cxmap:{self.name}:",
            secret_key=self.secret_key,
            var=var,
        )


def is_local() -> bool:
    """True when no external database is configured, so that the embedded servers are used."""
    return not (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"))


def var_folder(var: Path | None = None) -> Path:
    """Return the folder of the instance: the argument, else CXMAP_VAR, else var/ in the project."""
    return Path(var or os.environ.get("CXMAP_VAR") or PROJECT / "var").resolve()


def config(var: Path | None = None) -> LocalConfig:
    """Return the instance's addresses and secrets; makes them at first use, starts nothing.

    Raises LocalError when var/local.json cannot be read, made or understood.
    """
    folder = var_folder(var)
    return ensure_instance(folder).config(folder)


def ensure_instance(var: Path, *, durable: bool = True) -> Instance:
    """Read var/local.json, or make it; safe when several processes do so at once."""
    path = var / "local.json"
    try:
        if not path.exists():
            make_var(var)
            with exclusive(var / "local.lock"):
                if not path.exists():
                    write_instance(var, new_instance(durable=durable))
        return read_instance(var)
    except PermissionError as error:
        raise LocalError(
            f"{error.filename} cannot be opened: {var} belongs to another user. Run cxmap as the user "
            "who ran it first, or set CXMAP_VAR to a folder of yours."
        ) from error


def make_var(var: Path) -> None:
    """Make the folder with everything kept from other users.

    As root, others may pass through it (not list it), because the servers run as another user.
    """
    if not var.exists():
        var.mkdir(parents=True, exist_ok=True)
        var.chmod(0o711 if os.geteuid() == 0 else 0o700)


def new_instance(*, durable: bool) -> Instance:
    postgres_port = free_port()
    return Instance(
        name=secrets.token_hex(4),
        postgres_port=postgres_port,
        valkey_port=free_port(other_than=postgres_port),
        admin_password=secrets.token_hex(24),
        owner_password=secrets.token_hex(24),
        app_password=secrets.token_hex(24),
        valkey_password=secrets.token_hex(24),
        secret_key=secrets.token_hex(32),
        durable=durable,
    )


def read_instance(var: Path) -> Instance:
    path = var / "local.json"
    try:
        content = json.loads(path.read_text())
        return Instance(**{field.name: content[field.name] for field in fields(Instance)})
    except (ValueError, KeyError, TypeError) as error:
        raise LocalError(
            f"{path} is damaged. Put back a copy of it, or remove it to have new ports and passwords "
            "made; the data in its folder stays."
        ) from error


def write_instance(var: Path, instance: Instance) -> None:
    """Replace var/local.json in one step, readable by its owner only."""
    write_private(var / "local.json", json.dumps(asdict(instance), indent=2) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 so that a reader sees the old or the new content, never a part."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def with_free_port(instance: Instance, server: str) -> Instance:
    """Return the instance with another port for one server ("postgres" or "valkey")."""
    if server == "postgres":
        return replace(instance, postgres_port=free_port(other_than=instance.valkey_port))
    return replace(instance, valkey_port=free_port(other_than=instance.postgres_port))


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do, so that connections of an earlier run that are still closing do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_port(*, other_than: int = 0) -> int:
    """Return a loopback port that nobody listens on now; somebody may take it a moment later."""
    for _ in range(1000):
        port = secrets.choice(PORTS)
        if port != other_than and port_is_free(port):
            return port
    raise LocalError(f"No free port was found between {PORTS.start} and {PORTS.stop}.")


def fingerprint(path: Path) -> str:
    """Return a short name for a folder, the same for every spelling of its path."""
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]
