"""Opening text files: encodings, separators, comment blocks, headers, line numbers; and everything that is not a table."""

import datetime as dt
import io

import pytest

from sources.reading import FileProblem, Limits
from tests.sources.reading.base import codes, csv_table, read, real_file, xlsx_bytes

TEXT = "Étape;Réponse\nCaisse;déçu\nAccueil;ça va, œuf à 5 €\n"


def problem(data: bytes | str, **options) -> FileProblem:
    with pytest.raises(FileProblem) as caught, csv_table(data, **options):
        pass
    # Every problem can be said: a missing parameter would fail here.
    assert caught.value.message()
    assert caught.value.advice()
    return caught.value


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("cp1252", "cp1252"),
        ("mac_roman", "mac_roman"),
    ],
)
def test_encodings_are_recognised(encoding: str, found: str) -> None:
    with csv_table(TEXT.encode(encoding)) as table:
        assert table.dialect.encoding.name == found
        assert table.header == ("Étape", "Réponse")
        assert [list(row.values) for row in table.rows()] == [["Caisse", "déçu"], ["Accueil", "ça va, œuf à 5 €"]]
        guessed = not table.dialect.encoding.certain
        assert guessed == any(note.code == "guessed_encoding" for note in table.notes)
        assert guessed == (encoding in ("cp1252", "mac_roman", "utf-16-le"))


def test_a_late_byte_decides() -> None:
    text = "a;b\n" + "x;y\n" * 600_000 + "é;z\n"
    with csv_table(text.encode("cp1252")) as table:
        assert table.dialect.encoding.name == "cp1252"


def test_a_person_may_choose_the_encoding() -> None:
    with csv_table(TEXT.encode("cp1252"), encoding="cp1252") as table:
        assert table.dialect.encoding.certain


def test_wrong_encoding_names_line_column_and_a_better_one() -> None:
    data = "a,b,c\n1,2,3\n4,é,6\n".encode("cp1252")
    with pytest.raises(FileProblem) as caught:
        with csv_table(data, encoding="utf-8") as table:
            list(table.rows())
    assert caught.value.code == "wrong_encoding"
    assert (caught.value.line, caught.value.column) == (3, "2")
    assert caught.value.params["byte"] == "0xE9"
    assert "Windows-1252" in caught.value.advice()


def test_unknown_encoding() -> None:
    assert problem("a,b\n1,2\n", encoding="klingon").code == "unknown_encoding"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_recognised(separator: str) -> None:
    # Decimal commas are as regular as separators; the header has none.
    rows = [
        ["day", "value", "n"],
        ["2026-01-01", '"12,5"' if separator == "," else "12,5", "8"],
        ["2026-01-02", "13", "9"],
    ]
    with csv_table("\n".join(separator.join(row) for row in rows)) as table:
        assert table.dialect.separator == separator
        assert table.header == ("day", "value", "n")


def test_excels_sep_line() -> None:
    with csv_table("sep=|\na|b,c\n1|2\n") as table:
        assert (table.dialect.separator, table.header, table.header_line) == ("|", ("a", "b,c"), 2)


def test_wrong_separator_names_the_right_one() -> None:
    found = problem("a;b\n1;2\n", separator=",")
    assert (found.code, found.params["suggestion"]) == ("wrong_separator", ";")


def test_comment_block_and_its_period() -> None:
    text = "# ----\n# Pages\n# Compte : X\n# \n# Date de début : 20240101\n# Date de fin : 20240131\n\nTitre,Vues\n# 1 of all,3\n#2,4\n"
    with csv_table(text) as table:
        assert table.comments.report == "Pages"
        assert (table.comments.first_day, table.comments.last_day) == (dt.date(2024, 1, 1), dt.date(2024, 1, 31))
        assert table.comments.properties == (("Compte", "X"),)
        assert (table.header_line, table.data_line) == (8, 9)
        assert [row.values[0] for row in table.rows()] == ["# 1 of all", "#2"]


def test_a_column_called_hash_is_no_comment() -> None:
    with csv_table("#,Question\nabc,5\n") as table:
        assert table.header == ("#", "Question")


def test_a_second_table_is_refused_by_line() -> None:
    text = (
        "# Start date: 20240101\n# End date: 20240131\nPage,Views\nA,1\n\n# Start date: 20240201\nCountry,Views\nFR,2\n"
    )
    mapping = {
        "layout": "wide",
        "when": {"from_file": True},
        "items": {"column": "Page", "rules": [{"match": "A", "touchpoint": "home"}]},
        "measures": [{"kpi": "sentiment", "value": "Views"}],
    }
    with csv_table(text) as table:
        drafts, rejections = read(table, mapping)
    assert len(drafts) == 1
    assert codes(rejections) == [(6, "", "other_table")]


def test_line_numbers_are_physical() -> None:
    with csv_table('a,b\n"one\ntwo",1\n\n,\n"x",2\r\ny,3') as table:
        assert [(row.line, list(row.values)) for row in table.rows()] == [
            (2, ["one\ntwo", "1"]),
            (6, ["x", "2"]),
            (7, ["y", "3"]),
        ]


def test_lone_carriage_returns_end_lines() -> None:
    with csv_table("a,b\r1,2\r3,4\r") as table:
        assert [(row.line, list(row.values)) for row in table.rows()] == [(2, ["1", "2"]), (3, ["3", "4"])]


def test_header_names_are_cleaned() -> None:
    with csv_table('"NETPRO  ","two\nlines",a\u00a0b,\n1,2,3,\n') as table:
        assert table.header == ("NETPRO", "two lines", "a b")


def test_header_line_can_be_chosen() -> None:
    with csv_table("A description, with a comma\na,b\n1,2\n", header_line=2) as table:
        assert table.header == ("a", "b")
        assert [row.line for row in table.rows()] == [3]


def test_two_header_rows_name_the_options() -> None:
    text = "id,Which?,,Rate it\n,Red,Blue,Response\n1,x,,5\n"
    with csv_table(text, header_rows=2) as table:
        assert table.header == ("id", "Which? [Red]", "Which? [Blue]", "Rate it")
        assert [row.line for row in table.rows()] == [3]


def test_empty_files() -> None:
    for data in (b"", b"\n\n  \n", b"\xef\xbb\xbf"):
        assert problem(data).code == "empty_file"
    assert problem(",,\n,,\n").code == "no_header"
    assert problem("# only\n# comments\n").code == "no_header"
    found = problem("# c\na,b\n\n,\n")
    assert (found.code, found.line) == ("header_only", 2)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.7 ...", "not_a_table"),
        (b"\x89PNG\r\n\x1a\n", "not_a_table"),
        (b"\x1f\x8b\x08\x00abc", "not_a_table"),
        (b"<!DOCTYPE html><table>", "not_a_table"),
        (b'{"rows": []}', "not_a_table"),
        (b"PK\x03\x04 broken", "damaged_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "old_workbook"),
        (b"a,b\n1,2\n" + bytes(range(256)), "binary_content"),
        (bytes(range(1, 32)) * 40, "binary_content"),
    ],
)
def test_a_binary_renamed_to_csv(data: bytes, code: str) -> None:
    assert problem(data, name="export.csv").code == code


def test_binary_content_names_the_line() -> None:
    assert problem(b"a,b\n1,2\n3,\x00\n").line == 3


def test_a_zip_that_is_no_workbook() -> None:
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", "a,b\n1,2\n")
    assert problem(buffer.getvalue()).params["found"] == "ZIP"


def test_a_workbook_called_csv_is_read_and_said() -> None:
    with csv_table(xlsx_bytes([["a", "b"], [1, 2]]), name="export.csv") as table:
        assert [note.code for note in table.notes] == ["read_as_workbook"]


def test_too_large() -> None:
    assert problem("a,b\n" + "1,2\n" * 500_000, limits=Limits(size=1 << 20)).code == "too_large"


def test_an_endless_line_is_refused() -> None:
    found = problem("a,b\n" + "x" * (3 << 20))
    assert (found.code, found.line) == ("line_too_long", 2)


def test_an_unclosed_quote_is_refused_at_its_line() -> None:
    text = (
        "touchpoint,kpi,day,score\n"
        + 'home,nps,2026-01-01,9\n"home,nps,2026-01-01,9\n'
        + "home,nps,2026-01-01,9\n" * 9000
    )
    with pytest.raises(FileProblem) as caught, csv_table(text) as table:
        list(table.rows())
    assert (caught.value.code, caught.value.line) == ("unclosed_quote", 3)


def test_too_many_columns() -> None:
    assert problem(",".join(f"c{i}" for i in range(3000)) + "\n" + "," * 2999 + "1\n").code == "too_many_columns"


@pytest.mark.parametrize(
    ("name", "encoding", "separator", "rows"),
    [
        ("surveys/limesurvey/results_english.csv", "utf-8-sig", ";", 96),
        ("surveys/typeform/2016 New Coders Survey Part 1.csv", "utf-8", ",", 15_653),
        ("social/facebook_metrics.csv", "utf-8", ";", 500),
        ("call-centre/NHS Calls.csv", "utf-8", ",", 534),
        ("surveys/surveymonkey/StarWars.csv", "cp1252", ",", 1_187),
    ],
)
def test_real_files_open(name: str, encoding: str, separator: str, rows: int) -> None:
    with csv_table(real_file(name).read_bytes()) as table:
        assert (table.dialect.encoding.name, table.dialect.separator) == (encoding, separator)
        assert sum(1 for _ in table.rows()) == rows
