"""The mapping's JSON, its published schema, and the proposals."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from sources.reading import FileOptions, FileProblem, open_table, read_mapping, suggest, write_mapping
from sources.reading import problems as problems_module
from sources.reading.mapping import TIDY_ROLES, schema, schema_text
from tests.sources.reading import test_survey, test_wide
from tests.sources.reading.base import csv_table, read, real_file

PUBLISHED = Path(__file__).parents[3] / "docs" / "mapping.schema.json"


def test_the_published_schema_is_that_of_the_code() -> None:
    """To write it anew: print the text of `schema_text` into the file."""
    assert PUBLISHED.read_text() == schema_text()
    Draft202012Validator.check_schema(schema())


GOOD = [
    {"layout": "tidy"},
    {"layout": "tidy", "columns": dict.fromkeys(TIDY_ROLES, 1), "time_zone": "Europe/Paris"},
    test_wide.MAPPING,
    test_survey.MAPPING,
]


@pytest.mark.parametrize("document", GOOD)
def test_good_mappings_survive_a_round_trip(document: dict) -> None:
    Draft202012Validator(schema()).validate(document)
    mapping = read_mapping(document)
    assert read_mapping(write_mapping(mapping)) == mapping
    Draft202012Validator(schema()).validate(json.loads(write_mapping(mapping)))


SURVEY = {"layout": "survey", "when": {"day": "d"}, "touchpoint": "home", "questions": [{"column": "q", "kpi": "nps"}]}
WIDE = {"layout": "wide", "when": {"day": "d"}, "measures": [{"kpi": "x", "value": "v", "touchpoint": "home"}]}


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ("{", "truncated"),
        ("[]", "object"),
        ({}, "layout"),
        ({"layout": "other"}, "$.layout"),
        ({"layout": "tidy", "colums": {}}, "colums"),
        ({"layout": "tidy", "columns": {"touch": "x"}}, "$.columns"),
        ({"layout": "tidy", "file": {"header_rows": 9}}, "$.file.header_rows"),
        ({"layout": "tidy", "file": {"separator": "::"}}, "$.file.separator"),
        ({"layout": "tidy", "time_zone": "Mars/Base"}, "$.time_zone"),
        ({"layout": "tidy", "time_zone": "../etc/passwd"}, "$.time_zone"),
        ({**SURVEY, "when": {}}, "$.when"),
        ({**SURVEY, "when": {"day": "d", "at": "e"}}, "$.when"),
        ({**SURVEY, "when": {"first_day": "d"}}, "$.when"),
        ({**SURVEY, "when": {"fixed": {"first_day": "2026-02-01", "last_day": "2026-01-01"}}}, "$.when.fixed"),
        ({**SURVEY, "questions": []}, "$.questions"),
        ({**SURVEY, "questions": [{"column": 0, "kpi": "nps"}]}, "$.questions[0].column"),
        ({**SURVEY, "touchpoint": None}, "$.questions[0]"),
        ({**WIDE, "measures": [{"kpi": "x", "value": "v"}]}, "$.measures[0]"),
        ({**WIDE, "measures": [{"kpi": "x", "touchpoint": "t", "numerator": "a"}]}, "$.measures[0]"),
        ({**WIDE, "measures": [{"kpi": "x", "touchpoint": "t"}]}, "$.measures[0]"),
        (
            {
                **WIDE,
                "measures": [{"kpi": "x", "touchpoint": "t", "numerator": "a", "denominator": "b", "weight": "c"}],
            },
            "$.measures[0]",
        ),
        ({**WIDE, "measures": [{"kpi": "x", "touchpoint": "t", "value": "a", "complement": True}]}, "$.measures[0]"),
    ],
)
def test_bad_mappings_name_the_place(document: dict | str, place: str) -> None:
    with pytest.raises(FileProblem) as caught:
        read_mapping(document)
    assert caught.value.code == "bad_mapping"
    assert place in caught.value.message()


def test_every_message_can_be_filled() -> None:
    class Anything(dict):
        def __missing__(self, key: str) -> str:
            return "x"

    texts = [text for pair in problems_module.FILE_PROBLEMS.values() for text in pair]
    for text in [*texts, *problems_module.REJECTIONS.values(), *problems_module.NOTES.values()]:
        assert text % Anything()


def test_messages_speak_the_readers_language() -> None:
    with csv_table("touchpoint,kpi,day,score\nhome,nps,2026-01-01,x\n") as table:
        _, (rejection,) = read(table)
    assert (
        rejection.message(
            lambda text: {
                "“%(value)s” is not a number (this column is read with %(style)s).": "%(value)s|%(style)s",
                "decimal point: 1,234.5": "point",
            }[text]
        )
        == "x|point"
    )


def test_suggests_tidy() -> None:
    with csv_table("Point de contact;KPI;Jour;Numérateur;Dénominateur\nx;y;01/02/2026;1;2\n") as table:
        found = suggest(table)
    assert (found.layout, found.mapping, found.missing) == ("tidy", {"version": 1, "layout": "tidy"}, ())


def test_suggests_google_analytics_in_french() -> None:
    text = "# Date de début : 20260101\n# Date de fin : 20260131\nTitre de la page et classe de l'écran,Vues,Utilisateurs actifs,Durée d'engagement moyenne par utilisateur actif\nAccueil,3,2,1.5\n"
    with csv_table(text) as table:
        found = suggest(table)
        found.mapping["items"]["rules"] = [{"match": "Accueil", "touchpoint": "home"}]
        assert read(table, found.mapping)[0][0].numerator == 3
    assert (found.layout, found.preset, found.missing) == ("wide", "ga4", ("items",))


def test_suggests_bounces_from_engaged_sessions() -> None:
    with csv_table(
        "Landing page,Sessions,Engaged sessions,Session key event rate,Date\n/a,10,4,0.1,20260101\n"
    ) as table:
        found = suggest(table)
    assert [measure["kpi"] for measure in found.mapping["measures"]] == ["bounce_rate", "purchase_rate"]
    assert found.mapping["when"] == {"day": "Date"}


def test_suggests_a_survey() -> None:
    rows = "".join(
        f"{number},2026-01-0{number % 9 + 1},{number % 12},{number % 7},text {number}\n" for number in range(60)
    )
    with csv_table("Response ID,Date,How likely are you to recommend us?,Q1,Why\n" + rows) as table:
        found = suggest(table)
        assert read(table, {**found.mapping, "touchpoint": "home"})[1] == []
    assert found.mapping["respondent"] == "Response ID"
    assert found.mapping["when"] == {"day": "Date"}
    assert found.mapping["questions"] == [
        {"column": "How likely are you to recommend us?", "kpi": "nps", "excluded": ["11"]}
    ]
    assert [column.score for column in found.columns] == ["", "", "nps", "csat", ""]


def test_nothing_is_suggested_for_other_files() -> None:
    with csv_table("a,b\n1,x\n2,y\n") as table:
        assert suggest(table).layout == "unknown"


@pytest.mark.parametrize(
    ("name", "layout", "questions"),
    [
        ("ga4/ui/Pages_and_screens_Page_title_and_screen_class.csv", "wide", None),
        (
            "surveys/sfo-nps/2017_SFO_Customer_Survey_20250817.csv",
            "survey",
            [{"column": "NETPRO", "kpi": "nps", "excluded": ["11"]}],
        ),
        ("surveys/carpentries/2020_carpentryconhome_raw.csv", "survey", [{"column": "nps", "kpi": "nps"}]),
        ("surveys/typeform/2016 New Coders Survey Part 1.csv", "unknown", None),
        ("call-centre/NHS Calls.csv", "unknown", None),
    ],
)
def test_real_files(name: str, layout: str, questions: list | None) -> None:
    with open_table(real_file(name)) as table:
        found = suggest(table)
    assert found.layout == layout
    assert found.mapping.get("questions") == questions


@pytest.mark.parametrize(
    ("name", "rows"), [("surveys/qualtrics/sample.csv", 3), ("surveys/surveymonkey/StarWars.csv", 2)]
)
def test_header_rows_of_real_surveys(name: str, rows: int) -> None:
    with open_table(real_file(name)) as table:
        found = suggest(table).file
    assert found == FileOptions(header_rows=rows)
    with open_table(real_file(name), options=found) as table:
        assert len(set(table.header)) == len(table.header)
        assert suggest(table).file == found
