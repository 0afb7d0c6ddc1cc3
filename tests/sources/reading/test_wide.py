"""Wide files: one row per page or per day; Google Analytics' interface export as it really is."""

import csv
import datetime as dt

import pytest

from sources.reading import FileProblem
from tests.sources.reading.base import codes, csv_table, read, reading, real_file

GA4 = (
    "# ----\n# Pages and screens: Page title and screen class\n# Account: A\n# ----\n# \n# All Users\n# Start date: 20260101\n# End date: 20260131\n"
    "Page title and screen class,Views,Active users,Average engagement time per active user,Key events\n"
    "Home | Shop,100,40,12.5,3\n"
    "Home # two,10,4,1.25,0\n"
    '"Blog | Tips, tricks",50,20,30.333333333333332,1\n'
    "Legal,5,5,1,0\n"
    "(other),7,2,1,0\n"
    "Elsewhere,1,1,1,0\n"
    "Blog | Nobody,0,0,0,0\n"
    "Blog | Broken,0,0,3,0\n"
    "Grand total,173,72,1,4\n"
)
MAPPING = {
    "layout": "wide",
    "when": {"from_file": True},
    "items": {
        "column": "page title and screen class",
        "rules": [
            {"match": "home", "how": "prefix", "touchpoint": "home"},
            {"match": "Blog", "how": "contains", "touchpoint": "blog"},
            {"match": "(other)", "touchpoint": "shop"},
            {"match": "legal", "how": "suffix"},
        ],
    },
    "measures": [
        {"kpi": "time_on_page", "value": "Average engagement time per active user", "weight": "Active users"},
        {"kpi": "ctr", "numerator": "Key events", "denominator": "Active users"},
    ],
}


def test_it_works() -> None:
    with csv_table(GA4) as table:
        drafts, rejections = read(table, MAPPING)
        bound = reading(table, MAPPING)
        list(bound)
    times = [draft for draft in drafts if draft.kpi == "time_on_page"]
    assert [(draft.line, draft.touchpoint, draft.n, draft.numerator) for draft in times] == [
        (10, "home", 40, 500),
        (11, "home", 4, 5),
        (12, "blog", 20, pytest.approx(606.666667)),
        (14, "shop", 2, 2),
        (16, "blog", 0, 0),
    ]
    assert {(draft.first_day, draft.last_day) for draft in drafts} == {(dt.date(2026, 1, 1), dt.date(2026, 1, 31))}
    assert {draft.column for draft in times} == {"Average engagement time per active user"}
    # Whose squares are unknown stays without interval.
    assert all(draft.sum_squares is None for draft in times if draft.n != 1)
    assert next((draft.numerator, draft.denominator) for draft in drafts if draft.kpi == "ctr") == (3, 40)
    assert codes(rejections) == [
        (15, "Page title and screen class", "unlisted_item"),
        (17, "Average engagement time per active user", "value_without_weight"),
        (18, "Page title and screen class", "total_row"),
    ]
    notes = {note.code: dict(note.params) for note in bound.notes}
    assert notes["ignored_items"] == {"count": "1"}
    assert notes["other_row"] == {"value": "(other)"}
    assert notes["span"] == {"first_day": "2026-01-01", "last_day": "2026-01-31"}


def test_unlisted_items_may_be_left_out_counted() -> None:
    mapping = {**MAPPING, "items": {**MAPPING["items"], "unlisted": "ignore"}}
    with csv_table(GA4) as table:
        assert "unlisted_item" not in [code for _, _, code in codes(read(table, mapping)[1])]
        bound = reading(table, mapping)
        list(bound)
        assert {note.code: dict(note.params)["count"] for note in bound.notes if note.code == "ignored_items"} == {
            "ignored_items": "2"
        }


def test_an_exact_item_goes_before_a_pattern() -> None:
    rules = [{"match": "Home", "how": "contains", "touchpoint": "blog"}, {"match": "Home | Shop", "touchpoint": "home"}]
    mapping = {**MAPPING, "items": {"column": 1, "rules": rules, "unlisted": "ignore"}}
    with csv_table(GA4) as table:
        assert [draft.touchpoint for draft in read(table, mapping)[0] if draft.kpi == "ctr"] == ["home", "blog"]


def test_one_row_per_day_without_items() -> None:
    text = "Jour;Sessions;Sessions avec engagement;Taux de rebond;Attente (ms)\n01/11/2026;1 000;600;40 %;1500\n14/11/2026;200;201;12,5 %;\n"
    mapping = {
        "layout": "wide",
        "when": {"day": "Jour"},
        "measures": [
            {
                "kpi": "ctr",
                "touchpoint": "home",
                "numerator": "Sessions avec engagement",
                "denominator": "Sessions",
                "complement": True,
            },
            {"kpi": "ctr", "touchpoint": "blog", "value": "Taux de rebond", "weight": "Sessions"},
            {"kpi": "time_on_page", "touchpoint": "home", "value": "Attente (ms)", "factor": 0.001},
        ],
    }
    with csv_table(text) as table:
        drafts, rejections = read(table, mapping)
    assert [(draft.touchpoint, draft.numerator, draft.denominator, draft.excluded) for draft in drafts] == [
        ("home", 400, 1000, 0),
        ("blog", 400, 1000, 0),
        ("home", 1.5, 1, 0),
        ("blog", 25, 200, 0),
        ("home", 0, 0, 1),
    ]
    assert codes(rejections) == [(3, "Sessions avec engagement", "negative_count")]


def test_one_column_for_two_kpis_gives_two_identities() -> None:
    mapping = {
        "layout": "wide",
        "when": {"day": "d"},
        "measures": [{"kpi": kpi, "touchpoint": "home", "value": "v"} for kpi in ("sentiment", "time_on_page")],
    }
    with csv_table("d,v\n2026-01-01,3\n") as table:
        assert [draft.column for draft in read(table, mapping)[0]] == ["v [sentiment]", "v [time_on_page]"]


def test_a_file_without_period_says_so() -> None:
    with csv_table("Page,Views\nA,1\n") as table, pytest.raises(FileProblem) as caught:
        reading(
            table,
            {
                "layout": "wide",
                "when": {"from_file": True},
                "measures": [{"kpi": "sentiment", "touchpoint": "home", "value": "Views"}],
            },
        )
    assert caught.value.code == "no_period"


def test_a_missing_column_names_what_there_is() -> None:
    with csv_table(GA4) as table, pytest.raises(FileProblem) as caught:
        reading(
            table, {**MAPPING, "measures": [{"kpi": "ctr", "numerator": "Conversions", "denominator": "Active users"}]}
        )
    assert (caught.value.code, caught.value.column, caught.value.line) == ("missing_column", "Conversions", 9)
    assert "Key events" in caught.value.advice()


def test_the_real_export() -> None:
    path = real_file("ga4/ui/Pages_and_screens_Page_title_and_screen_class.csv")
    # Counted here with nothing but the csv module.
    with path.open(encoding="utf-8", newline="") as file:
        lines = file.read().split("\n")
    pages = list(csv.DictReader(lines[9:]))
    users = [int(page["Active users"]) for page in pages]
    seconds = [float(page["Average engagement time per active user"]) * int(page["Active users"]) for page in pages]
    views = [int(page["Views"]) for page in pages]
    mapping = {
        "layout": "wide",
        "when": {"from_file": True},
        "items": {
            "column": "Page title and screen class",
            "rules": [
                {"match": "Tinnitus Help | The Ultimate Guide to Tinnitus Relief", "touchpoint": "home"},
                {"match": "i", "how": "contains", "touchpoint": "blog"},
                {"match": " ", "how": "contains", "touchpoint": "shop"},
                {"match": "help", "how": "contains", "touchpoint": "shop"},
            ],
        },
        "measures": [
            {"kpi": "time_on_page", "value": "Average engagement time per active user", "weight": "Active users"},
            {"kpi": "cost", "numerator": "Views", "denominator": "Active users"},
        ],
    }
    with csv_table(path.read_bytes()) as table:
        drafts, rejections = read(table, mapping)
        assert (table.comments.first_day, table.comments.last_day) == (dt.date(2023, 12, 16), dt.date(2026, 1, 13))
    times = [draft for draft in drafts if draft.kpi == "time_on_page"]
    ratios = [draft for draft in drafts if draft.kpi == "cost"]
    assert len(pages) == 226
    refused = {rejection.line for rejection in rejections}
    kept = [place for place in range(226) if place + 11 not in refused]
    assert len(times) == len(kept) > 215
    assert sum(draft.n for draft in times) == sum(users[place] for place in kept)
    # The export's averages times its users are whole seconds.
    assert [draft.numerator for draft in times] == [round(seconds[place]) for place in kept]
    assert sum(draft.numerator for draft in ratios) == sum(views[place] for place in kept)
    home = next(draft for draft in times if draft.touchpoint == "home")
    assert (home.n, home.numerator, home.line) == (735, 8809, 11)
