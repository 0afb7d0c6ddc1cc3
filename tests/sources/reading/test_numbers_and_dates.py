"""Values of cells: numbers and dates as French and English files write them, one format a column."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.reading import Refused
from sources.reading.dates import DateEvidence, fits, parse
from sources.reading.numbers import COMMA, POINT, NumberEvidence, count_of, evidence, number_of
from tests.sources.reading.base import codes, csv_table, read, reading


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        ("1 234,5", COMMA, 1234.5),
        ("1\u202f234,5", COMMA, 1234.5),
        ("1\u00a0234\u00a0567", COMMA, 1234567),
        ("1 234.5", POINT, 1234.5),
        ("1,234.5", POINT, 1234.5),
        ("1,750", POINT, 1750),
        ("1,750", COMMA, 1.75),
        ("0.125", POINT, 0.125),
        ("0,125", COMMA, 0.125),
        ("1.234,5", COMMA, 1234.5),
        ("−3", POINT, -3),
        ("+3", COMMA, 3),
        ("€12.50", POINT, 12.5),
        ("12,50 €", COMMA, 12.5),
        ("1.5e3", POINT, 1500),
        (".5", POINT, 0.5),
        (" 7 ", POINT, 7),
    ],
)
def test_numbers(text: str, style: str, value: float) -> None:
    assert number_of(text, style).value == value


@pytest.mark.parametrize("text", ["12,5 %", "12,5\u202f%", "12,5%"])
def test_percentages_are_shares(text: str) -> None:
    assert number_of(text, COMMA).value == 0.125
    assert number_of(text, COMMA).percent


@pytest.mark.parametrize(
    ("text", "style", "code"),
    [
        ("", POINT, "missing_value"),
        ("n/a", POINT, "not_a_number"),
        ("12,5", POINT, "not_a_number"),
        ("0,125", POINT, "not_a_number"),
        ("0.125", COMMA, "not_a_number"),
        ("1.234", COMMA, "not_a_number"),
        ("1,23,4", POINT, "not_a_number"),
        ("1 23", COMMA, "not_a_number"),
        ("inf", POINT, "not_a_number"),
        ("nan", POINT, "not_a_number"),
        ("1e999", POINT, "not_a_number"),
        ("9" * 400, POINT, "not_a_number"),
        ("١٢", POINT, "not_a_number"),
        ("=1+1", POINT, "formula_text"),
    ],
)
def test_what_is_no_number_is_refused(text: str, style: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        number_of(text, style)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [("-1", "negative_count"), ("1.5", "fractional_count"), ("12 %", "percent_as_count"), ("1e17", "number_too_large")],
)
def test_what_is_no_count_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        count_of(text, POINT)
    assert caught.value.code == code


@given(st.integers(-(10**12), 10**12), st.integers(0, 3), st.sampled_from([" ", "\u00a0", "\u202f"]))
def test_what_a_french_file_writes_is_read_back(units: int, decimals: int, space: str) -> None:
    written = f"{units:,}".replace(",", space) + ("," + "5" * decimals if decimals else "")
    expected = float(f"{units}." + "5" * decimals) if decimals else float(units)
    assert number_of(written, COMMA).value == expected


@pytest.mark.parametrize(
    ("text", "proof"),
    [
        ("12,5", COMMA),
        ("1,234.5", POINT),
        ("1,234", "ambiguous"),
        ("1.234", POINT),
        ("0,125", COMMA),
        ("12", None),
        ("x", None),
    ],
)
def test_what_a_number_proves(text: str, proof: str | None) -> None:
    assert evidence(text) == proof


def test_one_style_per_column() -> None:
    proof = NumberEvidence()
    for text in ("1,234", "12", "0,5"):
        proof.add(text)
    assert (proof.decide(POINT).style, proof.decide(POINT).ambiguous) == (COMMA, "")


HEADER = "touchpoint,kpi,day,value,n\n"


def test_ambiguous_numbers_take_the_default_and_are_said() -> None:
    rows = 'home,sentiment,2026-01-01,"1,234",2\n'
    with csv_table(HEADER + rows) as table:
        bound = reading(table)
        assert [note.code for note in bound.notes] == ["ambiguous_numbers"]
        assert "1,234" in bound.notes[0].message()
        assert next(iter(bound)).numerator == 2468
    with csv_table((HEADER + rows).replace(",", ";").replace("1;234", "1,234")) as table:
        # A semicolon leaves the comma to the decimals.
        assert next(iter(reading(table))).numerator == 2.468
    with csv_table(HEADER + rows) as table:
        bound = reading(table, {"layout": "tidy", "column_numbers": {"VALUE": "comma"}})
        assert not bound.notes
        assert next(iter(bound)).numerator == 2.468


def test_a_late_row_settles_ambiguous_numbers() -> None:
    rows = 'home,sentiment,2026-01-01,"1,234",1\n' * 5000 + 'home,sentiment,2026-01-01,"1,5",1\n'
    with csv_table(HEADER + rows) as table:
        bound = reading(table)
        assert not bound.notes
        assert next(iter(bound)).numerator == 1.234


DAY = dt.date(2026, 11, 3)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2026-11-03", "iso"),
        ("2026/11/3", "iso"),
        ("2026-11-03T10:20:30.5+02:00", "iso"),
        ("2026-11-03 16:59:27 UTC", "iso"),
        ("20261103", "yyyymmdd"),
        ("03/11/2026", "dmy"),
        ("3.11.26", "dmy"),
        ("03/11/2026 14:05", "dmy"),
        ("11/3/2026", "mdy"),
        ("11/3/26 02:56 pm", "mdy"),
        ("3 nov. 2026", "d_month_y"),
        ("3 novembre 2026", "d_month_y"),
        ("mardi 3 novembre 2026", "d_month_y"),
        ("3 novembre 2026 à 14h05", "d_month_y"),
        ("3-Nov-2026", "d_month_y"),
        ("Nov 3, 2026", "month_d_y"),
        ("November 3rd, 2026", "month_d_y"),
        ("Nov 3, 2026 02:56 pm", "month_d_y"),
        ("46329", "excel"),
    ],
)
def test_dates(text: str, form: str) -> None:
    assert parse(text, form).day == DAY
    assert form in fits(text)


def test_every_month_is_known() -> None:
    for number, names in enumerate(
        [
            "janvier January",
            "février Feb",
            "mars Mar",
            "avr. April",
            "mai May",
            "juin Jun",
            "juil. July",
            "août Aug",
            "sept. Sep",
            "oct. Oct",
            "nov. Nov",
            "déc. Dec",
        ],
        1,
    ):
        for name in names.split():
            assert parse(f"1 {name} 2026", "d_month_y").day == dt.date(2026, number, 1)


@pytest.mark.parametrize(("text", "form", "code"), [("31/02/2026", "dmy", "no_such_day"), ("2026-13-01", "iso", "no_such_day"), ("soon", "iso", "not_a_date"), ("3 foo 2026", "d_month_y", "not_a_date"), ("2026-01-01 25:00", "iso", "no_such_day")])  # fmt: skip
def test_what_is_no_date_is_refused(text: str, form: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(text, form)
    assert caught.value.code == code


@given(st.dates(dt.date(1990, 1, 1), dt.date(2069, 12, 31)))
def test_written_dates_are_read_back(day: dt.date) -> None:
    for form, text in (
        ("iso", day.isoformat()),
        ("yyyymmdd", f"{day:%Y%m%d}"),
        ("dmy", f"{day:%d/%m/%Y}"),
        ("mdy", f"{day:%m/%d/%Y}"),
    ):
        assert parse(text, form).day == day


def days(*texts: str, **mapping) -> tuple[list, list, list]:
    with csv_table("touchpoint;kpi;day;score\n" + "".join(f"home;nps;{text};9\n" for text in texts)) as table:
        bound = reading(table, {"layout": "tidy", **mapping})
        drafts, rejections = read(table, {"layout": "tidy", **mapping})
        return [draft.first_day for draft in drafts], codes(rejections), [note.code for note in bound.notes]


def test_the_whole_column_decides_day_and_month() -> None:
    assert days("03/04/2026", "13/04/2026") == ([dt.date(2026, 4, 3), dt.date(2026, 4, 13)], [], [])
    assert days("03/04/2026", "04/13/2026") == ([dt.date(2026, 3, 4), dt.date(2026, 4, 13)], [], [])
    late = days(*["03/04/2026"] * 3000, "04/13/2026")
    assert (late[0][0], late[1:]) == (dt.date(2026, 3, 4), ([], []))


def test_an_undecided_column_takes_the_default_and_is_said() -> None:
    assert days("03/04/2026") == ([dt.date(2026, 4, 3)], [], ["ambiguous_dates"])
    assert days("03/04/2026", dates="mdy") == ([dt.date(2026, 3, 4)], [], [])
    # The same day in both orders needs no question.
    assert days("03/03/2026") == ([dt.date(2026, 3, 3)], [], [])


def test_three_formats_in_one_column() -> None:
    found = days("2026-01-02", "2026-01-03", "13/01/2026", "Jan 5, 2026", "03/04/2026")
    assert found[0] == [dt.date(2026, 1, 2), dt.date(2026, 1, 3)]
    assert found[1] == [(4, "day", "not_a_date"), (5, "day", "not_a_date"), (6, "day", "not_a_date")]
    assert found[2] == ["mixed_dates"]


def test_days_that_cannot_be() -> None:
    found = days("2026-11-22", "2026-11-23", "1980-01-01", "2026-02-30", "")
    assert found[0] == [dt.date(2026, 11, 22)]
    assert [code for _, _, code in found[1]] == ["day_in_future", "day_too_old", "no_such_day", "missing_value"]


def test_evidence_prefers_the_format_of_the_majority() -> None:
    proof = DateEvidence()
    for text in ("13/01/2026", "14/01/2026", "01/15/2026"):
        proof.add(text)
    assert (proof.decide("mdy").form, proof.decide("mdy").mixed) == ("dmy", True)
