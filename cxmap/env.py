"""Strict reading of the environment: a wrong value stops the start with a sentence that says what to write."""

import os
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def env_str(name: str, default: str = "") -> str:
    """Return the variable, or the content of the file that NAME_FILE names (for container secrets)."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE names {file}, which cannot be read: {error.strerror}.") from error
    return os.environ.get(name, default)


def env_bool(name: str, *, default: bool) -> bool:
    """Return a yes or no. Raises ImproperlyConfigured for anything but 1, 0, true, false, yes, no, on, off."""
    value = env_str(name).strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0.")


def env_int(name: str, *, default: int) -> int:
    """Return a whole number. Raises ImproperlyConfigured otherwise."""
    value = env_str(name).strip()
    if not value:
        return default
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number.") from error


def env_list(name: str) -> list[str]:
    """Return the comma-separated entries, without blanks."""
    return [entry.strip() for entry in env_str(name).split(",") if entry.strip()]


def env_networks(name: str) -> list[str]:
    """Return comma-separated IP addresses or networks. Raises ImproperlyConfigured for anything else."""
    entries = env_list(name)
    for entry in entries:
        try:
            ip_network(entry, strict=False)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} has {entry!r}; write IP addresses or networks, such as 172.18.0.0/16, separated by commas."
            ) from error
    return entries


def env_required(name: str, *, why: str) -> str:
    """Return the variable, or refuse to start and say why it is needed."""
    value = env_str(name)
    if not value:
        raise ImproperlyConfigured(f"Set {name}: {why}")
    return value


def database_from_url(url: str) -> dict[str, object]:
    """Return the Django settings of one PostgreSQL address, postgresql://user:password@host:port/name."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://; cxmap runs on PostgreSQL only.")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ImproperlyConfigured("DATABASE_URL names no database; write postgresql://user:password@host:5432/name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
    }
