"""manage.py import_file."""

import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management import CommandError, call_command

from kpis.models import Binding, Bucket, Observation, Rollup
from sources.models import Import, Mapping
from tests.sources.base import BAD, GOOD, SourcesTestCase


class ImportFileTest(SourcesTestCase):
    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_command(self, text: str, *options: str, name: str = "file.csv", exits: int = 0) -> dict[str, Any]:
        path = self.folder / name
        path.write_text(text)
        output, code = io.StringIO(), 0
        try:
            call_command("import_file", "--workspace", "acme", "--json", *options, str(path), stdout=output)
        except SystemExit as end:
            code = int(end.code or 0)
        self.assertEqual(code, exits)
        return json.loads(output.getvalue())

    def test_it_works(self) -> None:
        found = self.run_command(GOOD, "--source", "web")
        self.assertEqual((found["status"], found["created"], found["rejected"]), ("done", 3, 0))
        self.assertEqual(Import.objects.get().source.key, "web")
        self.assertEqual((Rollup.objects.count(), Bucket.objects.count()), (3, 0))  # without any worker
        self.assertEqual(Binding.objects.count(), 2)
        again = self.run_command(GOOD, "--source", "web")
        self.assertEqual((again["created"], again["unchanged"]), (0, 3))

    def test_exit_is_not_0_when_lines_were_rejected(self) -> None:
        found = self.run_command(BAD, exits=1)
        self.assertEqual((found["created"], found["rejected"]), (3, 2))
        self.assertEqual(found["rejections"][0]["reason"], "There is no touchpoint “nowhere” in this workspace.")
        output = io.StringIO()
        with self.assertRaises(SystemExit):
            call_command("import_file", "--workspace", "acme", str(self.folder / "file.csv"), stdout=output)
        self.assertIn("unchanged 3, superseded 0, rejected 2", output.getvalue())

    def test_dry_run_writes_nothing(self) -> None:
        found = self.run_command(BAD, "--dry-run", exits=1)
        self.assertEqual(
            (found["status"], found["created"], found["rejected"], len(found["values"])), ("ready", 3, 2, 2)
        )
        self.assertFalse(Observation.objects.exists())
        self.assertFalse(Import.objects.exists())

    def test_all_or_nothing(self) -> None:
        found = self.run_command(BAD, "--all-or-nothing", exits=1)
        self.assertEqual((found["status"], found["created"]), ("refused", 0))
        self.assertFalse(Observation.objects.exists())

    def test_a_mapping_file_is_used_and_kept(self) -> None:
        mapping = self.folder / "mapping.json"
        mapping.write_text(
            '{"layout": "wide", "when": {"day": "date"}, "measures":'
            ' [{"kpi": "ctr", "touchpoint": "shop", "numerator": "clicks", "denominator": "shown"}]}'
        )
        text = "date,clicks,shown\n2026-11-02,10,100\n"
        found = self.run_command(text, "--source", "ads", "--mapping", str(mapping))
        self.assertEqual((found["status"], found["created"]), ("done", 1))
        self.assertEqual(self.totals(self.shop, "ctr"), (100, 10, 100, 0))
        self.assertEqual(Mapping.objects.get().document["layout"], "wide")
        again = self.run_command(text.replace("02,10", "03,12"), "--source", "ads")  # the columns are known now
        self.assertEqual(again["created"], 1)

    def test_refusals(self) -> None:
        with self.assertRaisesMessage(CommandError, "its columns are not known yet (date, clicks, shown)"):
            self.run_command("date,clicks,shown\n2026-11-02,10,100\n")
        with self.assertRaisesMessage(CommandError, "The file is empty."):
            self.run_command("")
        with self.assertRaisesMessage(CommandError, "no workspace"):
            call_command("import_file", "--workspace", "nowhere", str(self.folder / "file.csv"))
        with self.assertRaisesMessage(CommandError, "There is no file"):
            call_command("import_file", "--workspace", "acme", str(self.folder / "none.csv"))
        self.assertFalse(Observation.objects.exists())
        self.assertFalse(Import.objects.exists())
