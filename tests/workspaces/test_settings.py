"""Production settings refuse to start on unsafe values: each in a process of its own, as an operator starts it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from django.test import SimpleTestCase

ROOT = Path(__file__).resolve().parents[2]
SAFE = {
    "DATABASE_URL": "postgresql://cxmap:secret@db.example:5432/cxmap",
    "REDIS_URL": "redis://redis.example:6379/0",
    "SECRET_KEY": "q7Zr-2mVx9" * 5,
    "ALLOWED_HOSTS": "cx.example.org",
}
SHOWN = [
    "DEBUG",
    "LOCAL",
    "DEMO_SIGN_IN",
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
    "SECURE_SSL_REDIRECT",
    "SECURE_HSTS_SECONDS",
    "ACCOUNT_EMAIL_VERIFICATION",
    "EMAIL_BACKEND",
    "ALLOWED_HOSTS",
    "SECRET_KEY",
]
PROGRAM = f"""
import json
from cxmap import settings
print(json.dumps({{name: getattr(settings, name) for name in {SHOWN!r}}}))
"""


class SettingsTests(SimpleTestCase):
    def start(self, **changes: str | None) -> subprocess.CompletedProcess[str]:
        """Load the settings with the safe environment and some changes; None takes a variable away."""
        environment = {"PATH": os.environ["PATH"], **SAFE}
        for name, value in changes.items():
            if value is None:
                environment.pop(name, None)
            else:
                environment[name] = value
        return subprocess.run(  # noqa: PLW1510 - a refusal is what the tests look for
            [sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
        )

    def test_it_works(self) -> None:
        done = self.start()
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = json.loads(done.stdout)
        self.assertEqual(
            {name: value for name, value in shown.items() if isinstance(value, bool)},
            {
                "DEBUG": False,
                "LOCAL": False,
                "DEMO_SIGN_IN": False,
                "SESSION_COOKIE_SECURE": True,
                "CSRF_COOKIE_SECURE": True,
                "SECURE_SSL_REDIRECT": True,
            },
        )
        self.assertEqual(shown["SECURE_HSTS_SECONDS"], 31536000)
        self.assertEqual(shown["ACCOUNT_EMAIL_VERIFICATION"], "mandatory")

    def test_unsafe_or_missing_values_stop_the_start_with_a_sentence(self) -> None:
        for changes, sentence in (
            ({"SECRET_KEY": None}, "Set SECRET_KEY"),
            ({"SECRET_KEY": "short"}, "shorter than 32 characters"),
            ({"SECRET_KEY": "k" * 50}, "can be guessed"),
            ({"SECRET_KEY": "django-insecure-q7Zr2mVx9q7Zr2mVx9q7Zr2mVx9"}, "can be guessed"),
            ({"ALLOWED_HOSTS": None}, "Set ALLOWED_HOSTS"),
            ({"ALLOWED_HOSTS": "*"}, "may not be *"),
            ({"REDIS_URL": None}, "Set REDIS_URL"),
            ({"HTTPS": "0"}, "sends passwords unencrypted"),
            ({"HTTPS": "0", "ALLOWED_HOSTS": "localhost,cx.example.org"}, "sends passwords unencrypted"),
            ({"CSRF_TRUSTED_ORIGINS": "https://*.example.org"}, "one by one"),
            ({"CSRF_TRUSTED_ORIGINS": "cx.example.org"}, "one by one"),
            ({"TRUSTED_PROXIES": "172.18.0.0/16, proxy"}, "write IP addresses or networks"),
            ({"CXMAP_DEBUG": "1"}, "local mode only"),
            ({"CXMAP_DEBUG": "perhaps"}, "write 1 or 0"),
            ({"HSTS_SECONDS": "a year"}, "write a whole number"),
            ({"DATABASE_URL": "mysql://db/cxmap"}, "must begin with postgresql://"),
            ({"DATABASE_URL": "postgresql://db.example"}, "names no database"),
            ({"SECRET_KEY_FILE": "/nowhere/secret"}, "cannot be read"),
        ):
            with self.subTest(changes=changes):
                done = self.start(**changes)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn("ImproperlyConfigured", done.stderr)
                self.assertIn(sentence, done.stderr)
                self.assertNotIn("secret@db", done.stderr)

    def test_a_secret_may_stand_in_a_file(self) -> None:
        file = Path(self.enterContext(TemporaryDirectory())) / "secret"
        file.write_text("from-a-file" * 6 + "\n", encoding="utf-8")
        done = self.start(SECRET_KEY=None, SECRET_KEY_FILE=str(file))
        self.assertEqual(json.loads(done.stdout)["SECRET_KEY"], "from-a-file" * 6)

    def test_without_https_on_ones_own_machine(self) -> None:
        shown = json.loads(self.start(HTTPS="0", ALLOWED_HOSTS="localhost,127.0.0.1").stdout)
        self.assertEqual((shown["SECURE_SSL_REDIRECT"], shown["SECURE_HSTS_SECONDS"]), (False, 0))

    def test_django_finds_nothing_to_warn_of(self) -> None:
        """What is decided for a whole domain stays with its owner: HSTS for subdomains (W005) and its preload list (W021)."""
        done = subprocess.run(
            [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "ERROR"],
            check=True, cwd=ROOT, env={"PATH": os.environ["PATH"], **SAFE}, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        self.assertEqual(re.findall(r"security\.\w+", done.stderr), ["security.W005", "security.W021"])

    def test_mail_goes_out_once_a_host_is_given(self) -> None:
        shown = json.loads(self.start(EMAIL_HOST="smtp.example").stdout)
        self.assertTrue(shown["EMAIL_BACKEND"].endswith("smtp.EmailBackend"))
