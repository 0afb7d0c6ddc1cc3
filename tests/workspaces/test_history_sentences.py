"""Every action that the code writes into the change log has a sentence in the feed."""

import re
from pathlib import Path

from cxmap.history.sentences import SENTENCES

PROJECT = Path(__file__).resolve().parents[2]
APPS = ("cxmap", "personas", "touchpoints", "journeys", "kpis", "sources", "improvements", "alerts", "dashboards")
# recording(action="…"), history_record(action="…"), and the helpers that take the action as their own argument.
WRITTEN = re.compile(r'action="([a-z_]+\.[a-z_]+)"|_(?:note|change)\([^"\n]*"([a-z_]+\.[a-z_]+)"')


def test_no_action_shows_its_code() -> None:
    found = {
        name
        for app in APPS
        for file in (PROJECT / app).rglob("*.py")
        for pair in WRITTEN.findall(file.read_text())
        for name in pair
        if name
    }
    assert len(found) > 100
    assert sorted(found - set(SENTENCES)) == []
