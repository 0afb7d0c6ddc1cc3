"""Survey files: one row per respondent, declared valid and excluded answers."""

import csv
import datetime as dt
from collections import Counter

import pytest

from sources.reading import FileProblem
from tests.sources.reading.base import codes, csv_table, read, reading, real_file

MAPPING = {
    "layout": "survey",
    "when": {"parts": {"year": 2017, "month": 5, "day": "INTDATE"}},
    "respondent": "ID",
    "touchpoint": "home",
    "questions": [
        {"column": "NETPRO", "kpi": "nps", "excluded": ["11"]},
        {"column": "Q7", "kpi": "csat", "touchpoint": "shop", "excluded": ["0", "6", "blank"]},
    ],
    "segment": {"column": "AREA", "values": {"A": "domestic", "G": "international"}, "others": "none"},
}


def test_it_works() -> None:
    text = "ID,INTDATE,NETPRO,Q7,AREA\n1,13,10,5,A\n2,13,11,Blank,G\n3,14,,0,B\n4,14,7,3,A\n5,14,12,7,A\n6,32,9,4,A\nTotal,,9,4,\n"
    with csv_table(text) as table:
        drafts, rejections = read(table, MAPPING)
    nps = [draft for draft in drafts if draft.kpi == "nps"]
    assert [
        (draft.external_id, draft.first_day.day, draft.n, draft.numerator, draft.excluded, draft.bin, draft.segment)
        for draft in nps
    ] == [
        ("1", 13, 1, 1, 0, 10, "domestic"),
        ("2", 13, 0, 0, 1, None, "international"),
        ("3", 14, 0, 0, 1, None, ""),
        ("4", 14, 1, 0, 0, 7, "domestic"),
    ]
    csat = [draft for draft in drafts if draft.kpi == "csat"]
    assert [(draft.touchpoint, draft.column, draft.n, draft.numerator, draft.excluded) for draft in csat] == [
        ("shop", "Q7", 1, 1, 0), ("shop", "Q7", 0, 0, 1), ("shop", "Q7", 0, 0, 1), ("shop", "Q7", 1, 0, 0),
    ]  # fmt: skip
    assert codes(rejections) == [
        (6, "NETPRO", "answer_not_valid"),
        (6, "Q7", "answer_not_valid"),
        (7, "INTDATE", "no_such_day"),
        (8, "ID", "total_row"),
    ]
    assert all(rejection.message() for rejection in rejections)


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        ("10 - Extremely likely", 10),
        ("0 - Not at all likely", 0),
        ("9: yes", 9),
        ("8 (good)", 8),
        ("6,5", 6.5),
        ("8.5", 8.5),
        ("7 probablement", 7),
        (" 5 ", 5),
    ],
)
def test_labelled_answers_give_their_leading_number(answer: str, score: float) -> None:
    mapping = {
        "layout": "survey",
        "when": {"fixed": {"first_day": "2026-01-01", "last_day": "2026-01-01"}},
        "touchpoint": "home",
        "questions": [{"column": "q", "kpi": "nps"}],
    }
    with csv_table(f"id;q\n1;{answer}\n") as table:
        (draft,), _ = read(table, mapping)
        assert (draft.bin, draft.numerator) == (int(score), 1 if score >= 9 else 0 if score >= 7 else -1)


@pytest.mark.parametrize("answer", ["likely", "5-7", "10/12/2026", "5th", "=5", "-1", "10.5"])
def test_answers_that_are_no_score_are_refused(answer: str) -> None:
    mapping = {
        "layout": "survey",
        "when": {"day": "d"},
        "touchpoint": "home",
        "questions": [{"column": "q", "kpi": "nps"}],
    }
    with csv_table(f"d;q\n2026-01-01;{answer}\n") as table:
        drafts, rejections = read(table, mapping)
        assert not drafts
        assert rejections[0].code in {"answer_not_valid", "formula_text"}


def test_labels_reverse_and_touchpoint_column() -> None:
    mapping = {
        "layout": "survey",
        "when": {"at": "submitted"},
        "touchpoint": {"column": "where", "values": {"Caisse": "shop"}},
        "questions": [
            {"column": "easy", "kpi": "ces", "minimum": 1, "maximum": 5, "reverse": True},
            {"column": "solved", "kpi": "ctr", "labels": {"Oui": 1, "Non": 0}, "excluded": ["NSP"]},
        ],
    }
    text = "submitted,where,easy,solved\n2026-01-02 10:00:00 UTC,caisse,1,oui\n2026-01-02 10:00:00 UTC,home,5,NON\n2026-01-02 10:00:00 UTC,?,7,nsp\n"
    with csv_table(text) as table:
        drafts, rejections = read(table, mapping)
    assert [(draft.touchpoint, draft.kpi, draft.numerator) for draft in drafts] == [
        ("shop", "ces", 5),
        ("shop", "ctr", 1),
        ("home", "ces", 1),
        ("home", "ctr", 0),
    ]
    assert drafts[0].at == dt.datetime(2026, 1, 2, 10, tzinfo=dt.UTC)
    assert codes(rejections) == [(4, "easy", "answer_not_valid"), (4, "where", "unknown_touchpoint")]


def test_a_doubled_question_needs_its_position() -> None:
    mapping = {
        "layout": "survey",
        "when": {"day": "d"},
        "touchpoint": "home",
        "questions": [{"column": "Other", "kpi": "nps"}],
    }
    with csv_table("d,Other,Other\n2026-01-01,9,3\n") as table:
        with pytest.raises(FileProblem) as caught:
            reading(table, mapping)
        assert (caught.value.code, caught.value.params["positions"]) == ("doubled_column", "2, 3")
        assert read(table, {**mapping, "questions": [{"column": 3, "kpi": "nps"}]})[0][0].bin == 3


def test_the_real_survey() -> None:
    path = real_file("surveys/sfo-nps/2017_SFO_Customer_Survey_20250817.csv")
    # Counted here with nothing but the csv module.
    with path.open(encoding="ascii", newline="") as file:
        people = list(csv.DictReader(file))
    answers = Counter(person["NETPRO"] for person in people)
    promoters = answers["9"] + answers["10"]
    detractors = sum(answers[str(score)] for score in range(7))
    answered = sum(answers[str(score)] for score in range(11))
    q7 = Counter(person["Q7ALL"] for person in people)
    q9 = Counter(person["Q9RESTROOM"] for person in people)
    mapping = {
        "layout": "survey",
        "when": {"parts": {"year": 2017, "month": 5, "day": "INTDATE"}},
        "respondent": "RESPNUM",
        "touchpoint": "home",
        "questions": [
            {"column": "NETPRO", "kpi": "nps", "excluded": ["11"]},
            {"column": "Q7ALL", "kpi": "csat", "touchpoint": "shop", "excluded": ["0", "6", "Blank"]},
            {"column": "Q9RESTROOM", "kpi": "csat", "touchpoint": "blog", "excluded": ["0", "6"]},
        ],
        "segment": {"column": "BAREA"},
    }
    with csv_table(path.read_bytes()) as table:
        drafts, rejections = read(table, mapping)
    assert not rejections
    nps = [draft for draft in drafts if draft.column == "NETPRO"]
    assert len(nps) == len(people) == 2831
    assert sum(draft.excluded for draft in nps) == 84 + 1 == answers["11"] + answers[""]
    assert sum(draft.n for draft in nps) == answered == 2746
    assert sum(draft.numerator for draft in nps) == promoters - detractors == 1094
    assert sum(draft.sum_squares for draft in nps) == promoters + detractors
    assert Counter(draft.bin for draft in nps if draft.n) == {score: answers[str(score)] for score in range(11)}
    assert Counter(draft.first_day.day for draft in nps) == Counter(int(person["INTDATE"]) for person in people)
    assert {(draft.first_day.year, draft.first_day.month) for draft in nps} == {(2017, 5)}
    for column, counts in (("Q7ALL", q7), ("Q9RESTROOM", q9)):
        own = [draft for draft in drafts if draft.column == column]
        assert sum(draft.n for draft in own) == sum(counts[str(score)] for score in range(1, 6))
        assert sum(draft.numerator for draft in own) == counts["4"] + counts["5"]
        assert sum(draft.excluded for draft in own) == counts["0"] + counts["6"] + counts["Blank"]
    assert Counter(draft.segment for draft in nps) == Counter(person["BAREA"] for person in people)
    # The mistake that an undeclared 11 would be is refused, not counted.
    with csv_table(path.read_bytes()) as table:
        naive = {**mapping, "questions": [{"column": "NETPRO", "kpi": "nps"}]}
        assert Counter(code for _, _, code in codes(read(table, naive)[1])) == {"answer_not_valid": 84}
