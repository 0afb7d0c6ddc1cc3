"""A map with something of everything."""

import base64
import hashlib
from typing import Any

from tests.journeys.interchange.strategies import picture

CONTENT = base64.b64encode(picture(7)).decode()


def document(**changes: Any) -> dict[str, Any]:
    """Return a small document with something of everything; `changes` replace whole parts."""
    return {
        "format": "cxmap-journey",
        "version": 1,
        "journey": {"name": "Buying shoes", "scenario": "Shoes for a wedding"},
        "personas": [{"name": "Inès", "tagline": "34, in a hurry", "colour": 2}, {"name": "Karim"}],
        "categories": [{"code": "sales", "name_fr": "Vente", "name_en": "Sales"}],
        "channels": [
            {"code": "website", "name_fr": "site web", "name_en": "website"},
            {"code": "pigeon", "name_fr": "pigeon voyageur", "name_en": "carrier pigeon", "online": False},
        ],
        "touchpoints": [
            {"code": "payment-page", "name": "Payment page", "category": "sales", "channel": "website"},
            {"code": "pigeon-post", "name": "Pigeon post", "category": "sales", "channel": "pigeon"},
        ],
        "stages": [{"id": "ST-001", "name": "Evaluation"}, {"id": "ST-002", "name": "Purchase"}],
        "steps": [
            {"id": "S-001", "stage": "ST-001", "name": "Compare"},
            {"id": "S-002", "stage": "ST-002", "name": "Pay", "moment_of_truth": True},
            {"id": "S-003", "stage": "ST-002", "name": "Wait", "hidden": True},
        ],
        "lanes": [
            {"id": "L-001", "kind": "actions"},
            {"id": "L-002", "kind": "touchpoints"},
            {"id": "L-003", "kind": "emotion"},
            {"id": "L-004", "kind": "pains"},
            {"id": "L-005", "kind": "text", "name": "Pictures"},
        ],
        "cards": [
            {
                "id": "C-001",
                "lane": "L-001",
                "step": "S-001",
                "text": "Reads reviews",
                "persona": "Inès",
                "evidence": 1,
            },
            {"id": "C-004", "lane": "L-001", "step": "S-001", "text": "Asks friends", "until_step": "S-002"},
            {"id": "C-002", "lane": "L-002", "step": "S-002", "touchpoint": "payment-page"},
            {"id": "C-003", "lane": "L-005", "step": "S-002", "attachment": 1},
        ],
        "curve": [
            {"step": "S-001", "level": 1},
            {"step": "S-002", "level": -1.5},
            {"step": "S-002", "layer": "to_be", "persona": "Inès", "level": 2},
        ],
        "evidence": [
            {"number": 1, "title": "Interviews", "asked": "4 customers", "count": 4, "happened_on": "2026-10-01"}
        ],
        "attachments": [
            {
                "number": 1,
                "name": "till.png",
                "content_type": "image/png",
                "digest": hashlib.sha256(picture(7)).hexdigest(),
                "size": len(picture(7)),
                "width": 4,
                "height": 3,
                "content": CONTENT,
            }
        ],
        "content": {
            "kpis": [
                {
                    "touchpoint": "payment-page",
                    "kpi": "purchase-rate",
                    "direction": "higher",
                    "target": {"value": 0.018},
                }
            ],
            "pains": [{"number": 1, "title": "Too many fields", "step": "S-002", "touchpoint": "payment-page"}],
            "solutions": [
                {
                    "title": "One page",
                    "step": "S-002",
                    "pain": 1,
                    "status": "planned",
                    "binding": {"touchpoint": "payment-page", "kpi": "purchase-rate"},
                    "expected_value": 10,
                    "expected_unit": "relative",
                }
            ],
        },
        **changes,
    }
