"""Tidy files: one row per observation, and each rule that refuses one."""

import datetime as dt

import pytest

from kpis.statistics import duration_bin
from sources.reading import FileProblem, Refused, from_score, from_value
from sources.reading.facts import from_sums
from sources.reading.numbers import Number
from tests.sources.reading.base import SPECS, codes, csv_table, read, reading


def test_it_works() -> None:
    text = (
        "touchpoint,kpi,day,numerator,denominator,value,score,n,sum_squares,excluded,external_id,segment,dim:device,dim:city\n"
        "home,ctr,2026-01-02,3,10,,,,,1,a1,new,mobile,\n"
        "Home Page,click-through rate,2026-01-02,,,0.3,,10,,,,,,\n"
        '"Shop, Paris",nps,2026-01-03,,,,10,,,,,,,Paris\n'
        "blog,time_on_page,2026-01-03,60,4,,,,1000,,,,,\n"
    )
    with csv_table(text) as table:
        drafts, rejections = read(table)
    assert not rejections
    first, second, third, fourth = drafts
    assert (first.line, first.column, first.touchpoint, first.kpi) == (2, "ctr", "home", "ctr")
    assert (first.n, first.numerator, first.denominator, first.sum_squares, first.excluded) == (10, 3, 10, 3, 1)
    assert (first.first_day, first.last_day, first.at) == (dt.date(2026, 1, 2), dt.date(2026, 1, 2), None)
    assert (first.external_id, first.segment, first.dimensions) == ("a1", "new", (("device", "mobile"),))
    assert (second.numerator, second.denominator) == (3, 10)
    assert (third.numerator, third.n, third.bin, third.dimensions) == (1, 1, 10, (("city", "Paris"),))
    assert (fourth.numerator, fourth.n, fourth.sum_squares, fourth.bin) == (60, 4, 1000, None)


def test_french_file() -> None:
    text = (
        "Point de contact;Indicateur;Premier jour;Dernier jour;Numérateur;Dénominateur;Exclus;Identifiant\n"
        "Page d’accueil;Taux de clic;01/11/2026;07/11/2026;1\u202f234;12\u00a0345;2;x\n"
        "home;sentiment;13/11/2026;13/11/2026;12,5;4;;y\n"
    )
    with csv_table(text.encode("utf-8-sig")) as table:
        drafts, rejections = read(table)
    assert not rejections
    assert (drafts[0].first_day, drafts[0].last_day) == (dt.date(2026, 11, 1), dt.date(2026, 11, 7))
    assert (drafts[0].numerator, drafts[0].denominator, drafts[0].excluded) == (1234, 12345, 2)
    assert (drafts[1].numerator, drafts[1].sum_squares) == (12.5, None)


def test_instants_belong_to_the_day_of_the_workspace() -> None:
    text = "touchpoint,kpi,at,score\nhome,nps,2026-01-02T23:30:00Z,9\nhome,nps,2026-01-02T23:30:00,9\nhome,nps,2026-01-02 23:30:00-05:00,9\nhome,nps,2026-10-25T02:30:00,9\nhome,nps,2026-03-29T02:30:00,9\n"
    with csv_table(text) as table:
        drafts, _ = read(table)
        assert [draft.first_day.day for draft in drafts] == [3, 2, 3, 25, 29]
        assert drafts[0].at == dt.datetime(2026, 1, 2, 23, 30, tzinfo=dt.UTC)
        assert drafts[1].at == dt.datetime(2026, 1, 2, 22, 30, tzinfo=dt.UTC)
        assert drafts[3].at == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
        elsewhere, _ = read(table, {"layout": "tidy", "time_zone": "America/New_York"})
        assert elsewhere[1].at == dt.datetime(2026, 1, 3, 4, 30, tzinfo=dt.UTC)
        assert elsewhere[1].first_day == dt.date(2026, 1, 3)


def test_instants_outside_of_the_calendar_of_a_workspace() -> None:
    text = "touchpoint,kpi,at,score\nhome,nps,1980-01-01T00:00:00Z,9\nhome,nps,2026-11-22T22:59:59Z,9\nhome,nps,2026-11-22T23:00:00Z,9\n"
    with csv_table(text) as table:
        drafts, rejections = read(table)
    assert [draft.line for draft in drafts] == [3]
    assert codes(rejections) == [(2, "at", "day_too_old"), (4, "at", "day_in_future")]


ROWS = [
    ("home,ctr,2026-01-01,11,10,,,,,", "numerator", "numerator_over_denominator"),
    ("home,ctr,2026-01-01,-1,10,,,,,", "numerator", "negative_count"),
    ("home,ctr,2026-01-01,1,-10,,,,,", "numerator", "negative_count"),
    ("home,ctr,2026-01-01,1.5,10,,,,,", "numerator", "fractional_count"),
    ("home,ctr,2026-01-01,12 %,10,,,,,", "numerator", "percent_as_count"),
    ("home,ctr,2026-01-01,many,10,,,,,", "numerator", "not_a_number"),
    ("home,ctr,2026-01-01,1,,,,,,", "numerator", "denominator_missing"),
    ("home,ctr,2026-01-01,,10,,,,,", "numerator", "numerator_missing"),
    ("home,ctr,2026-01-01,1,10,,,9,,", "numerator", "n_differs"),
    ("home,ctr,2026-01-01,,,12.5,,10,,", "value", "share_over_one"),
    ("home,ctr,2026-01-01,,,0.125,,,,", "value", "n_missing"),
    ("home,ctr,2026-01-01,,,0.125,,50 %,,", "n", "percent_as_count"),
    ("home,ctr,2026-01-01,,,,5,,,", "score", "score_without_scale"),
    ("home,ctr,2026-01-01,,,,,,,", "numerator", "no_value"),
    ("home,csat,2026-01-01,,,,6,,,", "score", "score_out_of_scale"),
    ("home,nps,2026-01-01,,,,11,,,", "score", "score_out_of_scale"),
    ("home,nps,2026-01-01,11,10,,,,,", "numerator", "nps_out_of_range"),
    ("home,nps,2026-01-01,3,10,,,,4,", "numerator", "sum_squares_too_small"),
    ("home,nps,2026-01-01,,,101,,10,,", "value", "nps_out_of_range"),
    ("home,ces,2026-01-01,80,10,,,,,", "numerator", "score_out_of_scale"),
    ("home,sentiment,2026-01-01,10,4,,,,24,", "numerator", "sum_squares_too_small"),
    ("home,sentiment,2026-01-01,10,0,,,,,", "numerator", "zero_denominator"),
    ("home,sentiment,2026-01-01,,,3,,0,,", "value", "value_without_weight"),
    ("home,time_on_page,2026-01-01,-10,4,,,,,", "numerator", "negative_duration"),
    ("home,contacts,2026-01-01,10,0,,,,,", "numerator", "zero_denominator"),
    ("home,cost,2026-01-01,10,2.5,,,,,", "numerator", "n_missing"),
    ("home,ctr,2026-01-01,1,10,,,,,-1", "excluded", "negative_count"),
    ("nowhere,ctr,2026-01-01,1,10,,,,,", "touchpoint", "unknown_touchpoint"),
    ("Twice,ctr,2026-01-01,1,10,,,,,", "touchpoint", "ambiguous_touchpoint"),
    (",ctr,2026-01-01,1,10,,,,,", "touchpoint", "missing_value"),
    ("home,what,2026-01-01,1,10,,,,,", "kpi", "unknown_kpi"),
    ("home,ctr,,1,10,,,,,", "day", "missing_value"),
    ("home,ctr,2026-12-01,1,10,,,,,", "day", "day_in_future"),
    ("Grand total,ctr,2026-01-01,1,10,,,,,", "touchpoint", "total_row"),
    (",,Total,1,10,,,,,", "touchpoint", "total_row"),
    ("home,ctr,2026-01-01,1,10,,,,,,extra", "", "too_many_cells"),
    ("home,ctr,2026-01-01", "", "too_few_cells"),
]


@pytest.mark.parametrize(("row", "column", "code"), ROWS)
def test_refused_rows_name_line_column_and_reason(row: str, column: str, code: str) -> None:
    text = f"touchpoint,kpi,day,numerator,denominator,value,score,n,sum_squares,excluded\nhome,ctr,2026-01-01,1,10,,,,,\n{row}\n"
    with csv_table(text) as table:
        drafts, rejections = read(table)
    assert len(drafts) == 1
    assert codes(rejections) == [(3, column, code)]
    assert rejections[0].message()


@pytest.mark.parametrize(("score", "mark"), [(10, 1), (9, 1), (8.5, 0), (7, 0), (6.5, -1), (6, -1), (0, -1)])
def test_nps_marks(score: float, mark: int) -> None:
    amounts = from_score(SPECS["nps"], score)
    assert (amounts.n, amounts.numerator, amounts.denominator, amounts.sum_squares, amounts.bin) == (
        1,
        mark,
        1,
        mark * mark,
        int(score),
    )


def test_scores_of_other_kinds() -> None:
    assert [from_score(SPECS["csat"], score).numerator for score in (1, 3.5, 4, 5)] == [0, 0, 1, 1]
    assert from_score(SPECS["csat"], 4.5).bin == 4
    assert (from_score(SPECS["ces"], 6).numerator, from_score(SPECS["ces"], 6).sum_squares) == (6, 36)
    with pytest.raises(Refused):
        from_score(SPECS["sentiment"], 1)


def test_an_empty_score_is_excluded_never_zero() -> None:
    with csv_table(
        "touchpoint,kpi,day,score,excluded\nhome,nps,2026-01-01,,\nhome,nps,2026-01-01,,4\nhome,csat,2026-01-01,,0\n"
    ) as table:
        drafts, rejections = read(table)
    assert not rejections
    assert [(draft.n, draft.denominator, draft.excluded, draft.bin) for draft in drafts] == [
        (0, 0, 1, None),
        (0, 0, 4, None),
        (0, 0, 1, None),
    ]


def test_values_become_sums() -> None:
    assert from_value(SPECS["ctr"], Number(0.3), n=10)[0].numerator == 3
    assert from_value(SPECS["ctr"], Number(0.2778), n=108) == (from_sums(SPECS["ctr"], 30, 108), True)
    assert from_value(SPECS["ctr"], Number(1.0))[0].n == 1
    assert from_value(SPECS["sentiment"], Number(0.1), n=3)[0].sum_squares is None
    assert from_value(SPECS["sentiment"], Number(-0.5))[0].sum_squares == 0.25
    assert from_value(SPECS["nps"], Number(40.0), n=10)[0].numerator == 4
    assert from_sums(SPECS["nps"], 4, 10, sum_squares=6).n == 10
    assert from_sums(SPECS["cost"], 12.5, 4).n == 4
    assert from_sums(SPECS["contacts"], 12, 4.5, n=4).denominator == 4.5


def test_single_durations_keep_their_bin() -> None:
    """Rows of one case build the histogram; a mean of several cases has no bin. In both ways of reading."""
    lines = (
        "home,time_on_page,2026-11-02,12.5,\nhome,time_on_page,2026-11-02,0,1\nhome,time_on_page,2026-11-02,12.5,4\n"
    )
    with csv_table("touchpoint,kpi,day,value,n\n" + lines) as table:
        drafts, rejections = read(table)
    assert rejections == []
    assert [(draft.n, draft.numerator, draft.bin) for draft in drafts] == [
        (1, 12.5, int(duration_bin(12.5))),
        (1, 0, 0),
        (4, 50, None),
    ]


def test_rounded_shares_are_said() -> None:
    with csv_table('touchpoint,kpi,day,value,n\nhome,ctr,2026-01-01,"27.78 %",108\n') as table:
        bound = reading(table)
        assert next(iter(bound)).numerator == 30
        assert [note.code for note in bound.notes] == ["share_rounded"]


def test_numerator_and_denominator_go_before_the_value_of_an_export() -> None:
    with csv_table("touchpoint,kpi,day,numerator,denominator,value\nhome,ctr,2026-01-01,3,10,0.30000001\n") as table:
        assert read(table)[0][0].numerator == 3


@pytest.mark.parametrize(
    ("header", "code", "column"),
    [
        ("touchpoint,kpi,value", "missing_role", "day"),
        ("touchpoint,kpi,first_day,value", "missing_role", "day"),
        ("kpi,day,value", "missing_role", "touchpoint"),
        ("touchpoint,day,value", "missing_role", "kpi"),
        ("touchpoint,kpi,day,numerator", "missing_role", "value"),
        ("touchpoint,kpi,day,value,Day", "doubled_column", "Day"),
        ("touchpoint,kpi,day,date,value", "doubled_column", "date"),
        ("touchpoint,kpi,day,value,dim:x,DIM:X", "doubled_column", "dim:x"),
    ],
)
def test_missing_and_doubled_columns(header: str, code: str, column: str) -> None:
    with csv_table(f"\n{header}\n{'x,' * header.count(',')}x\n") as table, pytest.raises(FileProblem) as caught:
        reading(table)
    assert (caught.value.code, caught.value.column, caught.value.line) == (code, column, 2)
    assert caught.value.message()
    assert caught.value.advice()


def test_a_mapping_chooses_between_doubled_columns() -> None:
    with csv_table("touchpoint,kpi,day,score,score\nhome,nps,2026-01-01,9,x\n") as table:
        drafts, _ = read(table, {"layout": "tidy", "columns": {"score": 4}})
        assert drafts[0].bin == 9
        notes = {note.code for note in reading(table, {"layout": "tidy", "columns": {"score": 4}}).notes}
        assert "doubled_columns" in notes


def test_constants_segments_filters_and_own_names() -> None:
    mapping = {
        "layout": "tidy",
        "touchpoint": "home",
        "kpi": "nps",
        "columns": {"score": "Answer", "day": "When", "value": None},
        "segment": {"column": "Who", "values": {"N": "new", "O": "old"}, "others": "reject"},
        "dimensions": {"device": "Machine"},
        "only": [{"column": "Status", "values": ["Test"], "keep": False}],
    }
    text = "Answer,When,Who,Machine,Status,value\n9,2026-01-01,n,Phone,ok,junk\n8,2026-01-01,N,Phone,test,\n7,2026-01-01,X,Phone,ok,\n"
    with csv_table(text) as table:
        drafts, rejections = read(table, mapping)
        bound = reading(table, mapping)
        list(bound)
    assert [(draft.touchpoint, draft.kpi, draft.segment, draft.dimensions) for draft in drafts] == [
        ("home", "nps", "new", (("device", "Phone"),))
    ]
    assert codes(rejections) == [(4, "Who", "answer_not_valid")]
    assert "filtered_rows" in [note.code for note in bound.notes]


def test_unknown_touchpoint_in_the_mapping_is_a_problem_of_the_mapping() -> None:
    with csv_table("day,score\n2026-01-01,9\n") as table, pytest.raises(FileProblem) as caught:
        reading(table, {"layout": "tidy", "touchpoint": "nowhere", "kpi": "nps"})
    assert caught.value.code == "bad_mapping"
    assert "$.touchpoint" in caught.value.message()


def test_long_texts_are_refused() -> None:
    with csv_table(
        f"touchpoint,kpi,day,score,external_id,segment\nhome,nps,2026-01-01,9,{'x' * 201},\nhome,nps,2026-01-01,9,,{'y' * 101}\n"
    ) as table:
        assert codes(read(table)[1]) == [(2, "external_id", "text_too_long"), (3, "segment", "text_too_long")]
