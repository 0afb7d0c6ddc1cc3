"""Backup and restore: the whole database and the uploads in one tar file.

manifest.json    {"format": 1, "made_at": ISO time in UTC, "postgres": server version}
database.dump    pg_dump's custom format
uploads/…        files as people sent them
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import unquote, urlsplit

import psycopg2  # type: ignore[import-untyped]  # its stubs would be a package more

from cxmap.local import keeper
from cxmap.local.errors import LocalError
from cxmap.local.instance import is_local, var_folder
from cxmap.local.places import postgres_package
from cxmap.local.servers import CLEAN

FORMAT = 1
# Parts of a dump that belong to the server and not to cxmap; roles.sql makes them.
SERVER_PARTS = (" EXTENSION - ", " COMMENT - EXTENSION ", " SCHEMA - public ", " - SCHEMA public ")


@dataclass(frozen=True)
class Target:
    """The database and the uploads of this installation."""

    url: str
    uploads: Path

    def environment(self) -> dict[str, str]:
        """Return the environment that points PostgreSQL's programs at the database, password included."""
        parts = urlsplit(self.url)
        values = {
            "PGHOST": unquote(parts.hostname or ""),
            "PGPORT": str(parts.port or 5432),
            "PGUSER": unquote(parts.username or ""),
            "PGPASSWORD": unquote(parts.password or ""),
            "PGDATABASE": unquote(parts.path.lstrip("/")),
            "PGAPPNAME": "cxmap backup",
        }
        return {**CLEAN, **values}


def target() -> Target:
    """Return this installation's data; starts the embedded servers when they are in use."""
    if is_local():
        config = keeper.hold()
        return Target(config.owner_url, config.var / "uploads")
    url = os.environ.get("DATABASE_OWNER_URL") or os.environ.get("DATABASE_URL", "")
    if not url:
        raise LocalError("Set DATABASE_OWNER_URL: the address of the database with the owner's password.")
    return Target(url, var_folder() / "uploads")


def backup(file: Path) -> int:
    """Write the archive; a file of that name is replaced only by a complete one. Returns the exit code."""
    source = target()
    draft = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise LocalError(f"{file} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "wb") as output, tempfile.TemporaryDirectory() as folder:
            dump = Path(folder, "database.dump")
            with dump.open("wb") as content:
                run("pg_dump", ["--format=custom", "--no-password"], source, stdout=content)
            manifest = Path(folder, "manifest.json")
            made_at = datetime.now(UTC).isoformat(timespec="seconds")
            described = {"format": FORMAT, "made_at": made_at, "postgres": server_version(source)}
            manifest.write_text(json.dumps(described) + "\n")
            with tarfile.open(fileobj=output, mode="w", format=tarfile.PAX_FORMAT) as tar:
                tar.add(manifest, manifest.name)
                tar.add(dump, dump.name)
                if source.uploads.is_dir():
                    tar.add(source.uploads, "uploads")
            output.flush()
            os.fsync(output.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    print(f"Written: {file} ({file.stat().st_size / 1e6:.1f} MB)")
    return 0


def restore(file: Path, *, confirmed: bool = False) -> int:
    """Put the archive in place of database and uploads, or change nothing. Returns the exit code.

    The database is replaced in one transaction; the uploads are exchanged by renaming folders. Raises
    LocalError when the file is no complete backup or the database refuses it.
    """
    with opened(file) as tar:
        manifest = read_manifest(file, tar)
        place = target()
        if not confirmed and not confirm(file, manifest):
            print("Nothing was changed.")
            return 1
        place.uploads.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.uploads.parent, prefix="restore-") as folder:
            # Everything is read before anything is changed: a cut-off file must not cost any data.
            extract(file, tar, Path(folder))
            replace_database(place, Path(folder, "database.dump"))
            exchange(place.uploads, Path(folder))
    print(f"Restored the backup of {manifest['made_at']}. Run “make run”, which brings older tables up to date.")
    return 0


@contextmanager
def opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        tar = tarfile.open(file, "r:")  # noqa: SIM115  # entered below, outside of the try
    except FileNotFoundError:
        raise LocalError(f"{file} does not exist.") from None
    except (OSError, tarfile.TarError) as error:
        raise LocalError(f"{file} is no backup of cxmap: {error}.") from error
    with tar:
        yield tar


def read_manifest(file: Path, tar: tarfile.TarFile) -> dict[str, str]:
    try:
        content = tar.extractfile("manifest.json")
        manifest = json.load(content) if content else {}
        known = manifest["format"] == FORMAT and bool(manifest["made_at"]) and bool(tar.getmember("database.dump"))
    except (KeyError, ValueError, TypeError, OSError, tarfile.TarError) as error:
        raise LocalError(f"{file} is no backup of cxmap, or it is cut off.") from error
    if not known:
        raise LocalError(f"{file} was written by a newer cxmap; restore it with that version.")
    return dict(manifest)


def confirm(file: Path, manifest: dict[str, str]) -> bool:
    print(f"This replaces the whole database and all uploads by {file}, made at {manifest['made_at']}.")
    print("Stop a running cxmap first. Type “yes” to go on: ", end="", flush=True)
    return sys.stdin.readline().strip().lower() == "yes"


def extract(file: Path, tar: tarfile.TarFile, folder: Path) -> None:
    """Write dump and uploads below the folder; only plain files whose names stay inside it."""
    (folder / "uploads").mkdir()
    try:
        for member in tar:
            name = PurePosixPath(member.name)
            if name.is_absolute() or ".." in name.parts or name.parts[:1] not in {("database.dump",), ("uploads",)}:
                continue
            if member.isdir():
                folder.joinpath(name).mkdir(parents=True, exist_ok=True)
            elif member.isreg():
                content = tar.extractfile(member)
                path = folder.joinpath(name)
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("wb") as output:
                    if content:
                        shutil.copyfileobj(content, output)
                if path.stat().st_size != member.size:
                    raise LocalError(f"{file} is cut off; nothing was changed.")
                os.utime(path, (member.mtime, member.mtime))
    except (OSError, tarfile.TarError) as error:
        raise LocalError(f"{file} cannot be read to its end ({error}); nothing was changed.") from error


def replace_database(place: Target, dump: Path) -> None:
    """Drop what the owner has in the database and play the dump, in one transaction."""
    listing = run("pg_restore", ["--list", str(dump)], place).splitlines()
    wanted = [line for line in listing if not any(part in line for part in SERVER_PARTS)]
    chosen = dump.with_name("chosen-parts")
    chosen.write_text("\n".join(wanted) + "\n")
    script = dump.with_name("database.sql")
    run("pg_restore", ["--no-owner", f"--use-list={chosen}", f"--file={script}", str(dump)], place)
    if int(server_version(place).partition(".")[0]) < 17:
        script = without_line(script, b"SET transaction_timeout = 0;\n")  # unknown before PostgreSQL 17
    once = ["-X", "-q", "--single-transaction", "-v", "ON_ERROR_STOP=1", "-o", os.devnull]
    try:
        run("psql", [*once, "-c", "DROP OWNED BY CURRENT_USER CASCADE", "-f", str(script)], place)
    except LocalError as error:
        raise LocalError(f"The database refused the backup; nothing was changed. {error}") from error


def without_line(script: Path, unwanted: bytes) -> Path:
    copy = script.with_suffix(".chosen.sql")
    with script.open("rb") as source, copy.open("wb") as output:
        for line in source:
            if line == unwanted:
                break
            output.write(line)
        shutil.copyfileobj(source, output)
    return copy


def exchange(uploads: Path, folder: Path) -> None:
    old = folder / "replaced"
    if uploads.exists():
        uploads.rename(old)
    (folder / "uploads").rename(uploads)


def server_version(place: Target) -> str:
    with closing(psycopg2.connect(place.url)) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])


def run(name: str, arguments: list[str], place: Target, *, stdout: IO[bytes] | int = subprocess.PIPE) -> str:
    """Run one of PostgreSQL's programs against the database; returns its output. Raises LocalError."""
    command = [program(name), *arguments]
    done = subprocess.run(command, check=False, stdout=stdout, stderr=subprocess.PIPE, env=place.environment())
    if done.returncode:
        raise LocalError(f"{name} has failed:\n{done.stderr.decode(errors='replace').strip()}")
    return (done.stdout or b"").decode(errors="replace")


def program(name: str) -> str:
    return str(postgres_package() / "bin" / name)
