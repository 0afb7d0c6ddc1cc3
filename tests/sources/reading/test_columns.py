"""The column path: the same result as the row path on generated files, ready for COPY, in little memory."""

import csv
import datetime as dt
import io
import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.reading import SCHEMA, Draft, FileProblem, copy_text, drafts_of, frame_of
from sources.reading import columns as columns_module
from tests.sources.reading.base import codes, csv_table, read, reading

COUNTS = st.one_of(st.integers(0, 50).map(str), st.sampled_from(["0", "-1", "1.5", "7.0", "007", "+3", "-0", "1e3", "12 %", "=2", "1 234", "9007199254740993", "9" * 30, "inf", "nan", ".5", "5."]))  # fmt: skip
NUMBERS = st.one_of(
    COUNTS,
    st.floats(-100, 100).map(lambda x: f"{x:.4f}"),
    st.floats(0, 1).map(repr),
    st.sampled_from(["1,234", "0.5", "1", "x"]),
)
SCORES = st.one_of(st.integers(-1, 12).map(str), st.sampled_from(["6.5", "8.5", "4.5", "", "n/a", "10 - best", " 9 "]))
SOMETIMES = st.sampled_from(["", "", "", " "])
DAYS = st.one_of(
    st.dates(dt.date(2026, 1, 1), dt.date(2026, 11, 30)).map(str),
    st.sampled_from(
        [
            "",
            "2026-02-30",
            "01/02/2026",
            "2026-01-02T10:00:00+02:00",
            "2026-01-01 00:30:00Z",
            "1980-01-01",
            "=A1",
            " 2026-03-04 ",
        ]
    ),
)
NAIVE = dt.datetime  # files write local times
INSTANTS = st.one_of(
    st.datetimes(NAIVE(2025, 1, 1), NAIVE(2026, 12, 31)).map(lambda at: at.isoformat(timespec="seconds") + "Z"),
    st.datetimes(NAIVE(2026, 1, 1), NAIVE(2026, 12, 31)).map(lambda at: str(at.replace(microsecond=0))),
    st.sampled_from(
        [
            "",
            "2026-03-29T02:30:00",
            "2026-10-25 02:30:00",
            "2026-10-25T02:30:00+01:00",
            "2026-10-25T02:30:00+0200",
            "2026-01-01",
            "2026-01-01T24:00:00",
            "1980-01-01T00:00:00Z",
            "2026-11-22T23:30:00Z",
            "2026-01-01T10:00:60",
            "2026-01-01T10:00:00.25Z",
            "2026-01-01T10:00:00+19:00",
        ]
    ),
)
TOUCHPOINTS = st.sampled_from(
    ["home", "Home page", " HOME ", "blog", "Twice", "nowhere", "", "Total", "=home", "Page d’accueil", "\u00a0shop"]
)
KPIS = st.sampled_from(
    ["ctr", "csat", "ces", "sentiment", "time_on_page", "nps", "cost", "contacts", "NPS", "what", ""]
)
IDS = st.one_of(SOMETIMES, st.text("abcé- \t=", max_size=6), st.sampled_from(["x" * 200, "x" * 201, "é" * 200]))
SEGMENTS = st.sampled_from(["", "new", "old", " new ", "=x", "y" * 101])


@st.composite
def files(draw) -> tuple[str, str]:
    """A tidy file with any choice of columns, mostly sensible; and its separator."""
    separator = draw(st.sampled_from([",", ";", "\t"]))
    fields = {"touchpoint": TOUCHPOINTS, "kpi": KPIS}
    when = draw(st.sampled_from([{"day": DAYS}, {"at": INSTANTS}, {"first_day": DAYS, "last_day": DAYS}, {"day": DAYS, "at": st.one_of(SOMETIMES, INSTANTS)}, {"day": st.one_of(SOMETIMES, DAYS), "first_day": DAYS, "last_day": DAYS}]))  # fmt: skip
    measures = draw(st.sampled_from([
        {"numerator": COUNTS, "denominator": COUNTS}, {"score": SCORES}, {"value": NUMBERS},
        {"numerator": st.one_of(SOMETIMES, NUMBERS), "denominator": st.one_of(SOMETIMES, COUNTS), "value": st.one_of(SOMETIMES, NUMBERS), "score": st.one_of(SOMETIMES, SCORES)},
    ]))  # fmt: skip
    fields |= when | measures
    for name, values in (("n", COUNTS), ("sum_squares", NUMBERS), ("excluded", COUNTS), ("external_id", IDS), ("segment", SEGMENTS), ("dim:device", SEGMENTS), ("dim:Année", SEGMENTS)):  # fmt: skip
        if draw(st.booleans()):
            fields[name] = st.one_of(SOMETIMES, values)
    rows = draw(st.lists(st.tuples(*fields.values()), min_size=1, max_size=30))
    out = io.StringIO()
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    writer = csv.writer(out, delimiter=separator, quoting=quoting, lineterminator=draw(st.sampled_from(["\n", "\r\n"])))
    writer.writerow(fields)
    for row in rows:
        writer.writerow(row)
        if draw(st.integers(0, 40)) == 0:
            # Blank, short, long and broken lines among the good ones.
            out.write(
                draw(
                    st.sampled_from(
                        [
                            "\n",
                            separator * 3 + "\n",
                            "home\n",
                            separator.join(["x"] * 30) + "\n",
                            separator * (len(fields) - 1) + "\n",
                            '"a\nb"\n',
                            'x"y\n',
                            "\r",
                        ]
                    )
                )
            )
    return out.getvalue(), separator


@settings(max_examples=400, deadline=None)
@given(files(), st.sampled_from([1, 60, 1 << 20]))
def test_both_paths_agree(file: tuple[str, str], chunk: int) -> None:
    text, separator = file
    before, columns_module.CHUNK = columns_module.CHUNK, chunk * 5
    try:
        with csv_table(text, separator=separator) as table:
            # `read` compares; the format of the dates is declared, because a few rows can prove anything.
            read(table, {"layout": "tidy", "dates": "iso"})
    except FileProblem as problem:
        # Broken lines may leave a file without a second line.
        if problem.code not in {"header_only", "line_too_long"}:
            raise
    finally:
        columns_module.CHUNK = before


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.decimals(-9, 9, places=2)), min_size=1, max_size=40)
)
def test_both_paths_agree_on_decimal_commas(rows: list) -> None:
    lines = [
        f"home;sentiment;2026-01-01;{str(number).replace('.', ',')};{n};{excluded}" for n, excluded, number in rows
    ]
    with csv_table("touchpoint;kpi;day;value;n;excluded\n" + "\n".join(lines)) as table:
        drafts, _ = read(table, {"layout": "tidy", "numbers": "comma"})
    for draft, (n, excluded, number) in zip(drafts, [row for row in rows if row[0] or not row[2]], strict=True):
        assert (draft.n, draft.excluded, draft.numerator) == (n, excluded, pytest.approx(n * float(number)))


def test_plain_rows_are_really_read_as_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the two paths agree because there is only one."""
    rows = [
        "home,ctr,2026-01-02T10:00:00Z,3,10,,,,,2,a,new,x",
        "home,nps,2026-01-02 10:00:00,,,9,,,,,b,old,",
        "blog,ces,2026-01-02T10:00:00+02:00,,,,4.5,10,,,c,,y",
        "blog,csat,2026-01-02T10:00:00Z,,,,,,,3,d,,",
        "home,nps,2026-01-02T10:00:00Z,,,,,,,,e,,",
    ]
    text = (
        "touchpoint,kpi,at,numerator,denominator,score,value,n,sum_squares,excluded,external_id,segment,dim:a\n"
        + "\n".join(rows)
    )
    with csv_table(text) as table:
        bound = reading(table)
        expected = list(bound)
        monkeypatch.setattr(bound.layout, "read", lambda line, values: pytest.fail(f"line {line} took the slow path"))
        assert [draft for batch in bound.batches() for draft in drafts_of(batch.frame)] == expected
        assert len(expected) == 5


def test_a_quotation_mark_halfway_changes_the_way_not_the_result() -> None:
    line = "home,ctr,2026-01-02,3,10,{}\n"
    text = "touchpoint,kpi,day,numerator,denominator,external_id\n" + "".join(
        line.format(f'"a\n{number}"' if number == 60_000 else number) for number in range(120_000)
    )
    with csv_table(text + "home,ctr,2026-01-02,11,10,x\n") as table:
        bound = reading(table)
        batches = list(bound.batches())
        frame = pl.concat([batch.frame for batch in batches])
        assert frame.height == 120_000
        assert frame["line"].to_list() == [number + 2 + (number > 60_000) for number in range(120_000)]
        assert codes([rejection for batch in batches for rejection in batch.rejections]) == [
            (120_003, "numerator", "numerator_over_denominator")
        ]
        assert bound.summary.lines == 120_001


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ('"a","b"\n', "a,b\n"),
        ('"",a\n"b",""\n', ",a\nb,\n"),
        ('a,"b,c"\n', None),
        ('a,"b\nc"\n', None),
        ('a,"b""c"\n', None),
        ('a"b",c\n', None),
        ('"a"b,c\n', None),
        ('a"\n', None),
        ('a, "b"\n', None),
    ],
)
def test_quotation_marks_that_mean_nothing_are_taken_away(text: str, plain: str | None) -> None:
    assert columns_module._unquoted(text, ",") == plain


def test_other_encodings_take_the_column_path_too() -> None:
    text = "touchpoint;kpi;day;score;dim:ville\n" + "Page d’accueil;nps;2026-01-02;9;Évreux\n" * 3
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        with csv_table(text.encode(encoding)) as table:
            drafts, rejections = read(table)
            assert not rejections
            assert [draft.dimensions for draft in drafts] == [(("ville", "Évreux"),)] * 3


def test_undecodable_bytes_are_a_problem_on_both_paths() -> None:
    data = b"touchpoint,kpi,day,score,segment\n" + b"home,nps,2026-01-02,9,a\n" * 9000 + b"home,nps,2026-01-02,9,\xe9\n"
    with csv_table(data, encoding="utf-8") as table:
        for run in (list, lambda bound: list(bound.batches())):
            with pytest.raises(FileProblem) as caught:
                run(reading(table))
            assert (caught.value.code, caught.value.line, caught.value.column) == ("wrong_encoding", 9002, "5")


def test_copy_text_tells_null_from_empty() -> None:
    at = dt.datetime(2026, 1, 2, 10, 0, 0, 250, tzinfo=dt.UTC)
    draft = Draft(
        7,
        "c,1",
        "home",
        "nps",
        dt.date(2026, 1, 2),
        dt.date(2026, 1, 3),
        1,
        1.0,
        1.0,
        None,
        0,
        10,
        at,
        'a"b',
        "",
        (("ville", "Évreux"),),
    )
    other = Draft(8, "c", "home", "nps", dt.date(2026, 1, 2), dt.date(2026, 1, 2), 0, 0.0, 0.0, 0.5, 1, None)
    text = copy_text(frame_of([draft, other])).decode()
    assert text == (
        '7,"c,1",home,nps,2026-01-02,2026-01-03,2026-01-02T10:00:00.000250+00,"a""b",1,1.0,1.0,,0,10,"","{""ville"":""Évreux""}"\n'
        '8,c,home,nps,2026-01-02,2026-01-02,,"",0,0.0,0.0,0.5,1,,"",""\n'
    )
    assert list(drafts_of(frame_of([draft, other]))) == [draft, other]
    assert frame_of([]).schema == SCHEMA


MEMORY = """
import json, re, sys
from pathlib import Path
from tests.sources.reading.base import reading
from sources.reading import open_table
with open_table(sys.argv[1]) as table:
    bound = reading(table)
    count = sum(batch.frame.height for batch in bound.batches())
# Not ru_maxrss: a child process begins with that of its parent.
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
print(json.dumps([count, bound.summary.rejections, peak // 1024]))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read from /proc")
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_file_of_200_mb_stays_under_300_mb(tmp_path, quote: str) -> None:
    path = tmp_path / "large.csv"
    with path.open("w") as file:
        file.write("touchpoint,kpi,day,numerator,denominator,external_id,segment,comment\n")
        block = "".join(
            f"home,ctr,2026-0{number % 9 + 1}-1{number % 10},{number % 50},{60 if number % 100 else 0},id-%06d-{number:04d},{quote}new{quote},{'x' * 60}\n"
            for number in range(1000)
        )
        for part in range(2000):
            file.write(block.replace("%06d", f"{part:06d}"))
    assert path.stat().st_size > 200 << 20
    done = subprocess.run([sys.executable, "-c", MEMORY, str(path)], capture_output=True, text=True, check=True)
    count, rejections, megabytes = json.loads(done.stdout)
    assert count + rejections == 2_000_000
    assert megabytes < 300
