"""Numbers, dates and KPI values as a reader of the active language writes them (vocabulary § 10)."""

import datetime as dt
import math
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils import timezone
from django.utils.translation import get_language

NBSP = "\u00a0"
CURRENCIES = {"eur": "€", "usd": "$", "gbp": "£", "chf": "CHF", "cad": "$"}
FACTORS = {"percent": 100, "per_thousand": 1000}  # what a value of storage is multiplied with to be read
NNBSP = "\u202f"
MINUS = "\u2212"


def locale() -> str:
    """Return the locale of the active language."""
    return "fr_FR" if (get_language() or "").startswith("fr") else "en_GB"


@lru_cache(maxsize=4096)
def _day(day: dt.date, pattern: str, language: str) -> str:
    return str(format_date(day, pattern, locale=language))


@lru_cache(maxsize=8192)
def _grouped(amount: float, digits: int, language: str) -> str:
    """Return a number that is not negative; kept, because a map writes the same few hundred again and again."""
    return str(format_decimal(amount, format="#,##0" + ("." + "0" * digits if digits else ""), locale=language))


def decimal(value: float | None, digits: int = 0, *, signed: bool = False) -> str:
    """Return a number with a fixed count of decimals, grouped; a dash when unknown."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "—"
    rounded = round(value, digits)
    text = _grouped(abs(rounded), digits, locale())
    if rounded < 0:
        return MINUS + text
    return "+" + text if signed and rounded > 0 else text


def whole(value: float | None) -> str:
    """Return a count: 14 000 in French, 14,000 in English."""
    return decimal(value, 0)


def percent_digits(share: float) -> int:
    """Return how many decimals a percentage deserves: two below 5 %, one above (1,37 %; 58,1 %)."""
    return 2 if abs(share) < 0.05 else 1


def percent(share: float | None, digits: int | None = None) -> str:
    """Return a share (0 to 1) as a percentage."""
    if share is None or math.isnan(share):
        return "—"
    text = decimal(share * 100, percent_digits(share) if digits is None else digits)
    return f"{text}{NBSP}%" if locale() == "fr_FR" else f"{text}%"


def duration(seconds: float | None) -> str:
    """Return seconds as people say them: 42 s, 1 min 42 s, 2 h 05 min."""
    if seconds is None or math.isnan(seconds):
        return "—"
    if seconds < 60:
        return f"{decimal(seconds, 1 if seconds < 10 else 0)}{NBSP}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}{NBSP}min" + (f"{NBSP}{rest}{NBSP}s" if rest else "")
    hours, minutes = divmod(minutes, 60)
    return f"{hours}{NBSP}h{NBSP}{minutes:02d}{NBSP}min"


def shown(value: float, unit: str) -> float:
    """Return a value of storage as the number that people read and type: 1.8 for a share of 0.018."""
    return value * FACTORS.get(unit, 1)


def stored(number: float, unit: str) -> float:
    """Return the value of storage of a number that people type."""
    return number / FACTORS.get(unit, 1)


def number_digits(number: float) -> int:
    """Return how many decimals a plain number deserves: two below 100, one below 1,000."""
    return 2 if abs(number) < 100 else 1 if abs(number) < 1000 else 0


def with_unit(number: str, unit: str) -> str:
    """Return a written number with the sign of its unit, where it stands in the active language."""
    french = locale() == "fr_FR"
    if unit == "percent":
        return f"{number}{NBSP}%" if french else f"{number}%"
    if unit == "per_thousand":
        return f"{number} pour 1{NNBSP}000" if french else f"{number} per 1,000"
    if unit in CURRENCIES:
        sign = CURRENCIES[unit]
        if french:
            return f"{number}{NBSP}{sign}{'CA' if unit == 'cad' else ''}"
        if unit == "chf":
            return f"CHF{NBSP}{number}"
        minus, bare = (MINUS, number[1:]) if number.startswith(MINUS) else ("", number)
        return f"{minus}{'CA' if unit == 'cad' else ''}{sign}{bare}"
    return number


def money(amount: float | None, currency: str) -> str:
    """Return an amount of a currency (ISO code): 1 200 € above 100, 0,42 € below; a dash when unknown."""
    if amount is None:
        return "—"
    number = decimal(float(amount), 0 if float(amount).is_integer() or abs(amount) >= 100 else 2)
    unit = currency.lower()
    return with_unit(number, unit) if unit in CURRENCIES else f"{number}{NBSP}{currency.upper()}"


def kpi_number(value: float | None, unit: str, *, digits: int | None = None, scale_max: int | None = None) -> str:
    """Return a value of storage as its number alone, without unit: for the two ends of an interval."""
    if value is None or math.isnan(value):
        return "—"
    if unit == "percent":
        return decimal(value * 100, percent_digits(value) if digits is None else digits)
    if unit == "points":
        return decimal(value, 0 if digits is None else digits, signed=True)
    if unit == "seconds":
        return duration(value)
    if unit == "number" or unit in FACTORS or unit in CURRENCIES:
        number = shown(value, unit)
        return decimal(number, number_digits(number) if digits is None else digits)
    return decimal(value, 1 if digits is None else digits)


def kpi_value(value: float | None, unit: str, *, digits: int | None = None, scale_max: int | None = None) -> str:
    """Return a value of storage with its unit: 1,37 %, +42, 1 min 42 s, 5,9 sur 7."""
    number = kpi_number(value, unit, digits=digits)
    if number == "—":
        return number
    if unit == "score" and scale_max:
        return f"{number} sur {scale_max}" if locale() == "fr_FR" else f"{number} out of {scale_max}"
    return with_unit(number, unit)


def kpi_target(value: float, unit: str) -> str:
    """Return a target as it was written, without zeros that nobody typed: 1,8 %, 45 %, +30."""
    number = shown(value, unit)
    digits = next((digits for digits in range(4) if abs(round(number, digits) - number) < 1e-9), 4)
    return kpi_value(value, unit, digits=digits)


def _digits_of(unit: str, value: float) -> int | None:
    """Return how many decimals all parts of one figure share; None: as each part has them."""
    if unit == "percent":
        return percent_digits(value)
    if unit == "number" or unit in FACTORS or unit in CURRENCIES:
        return number_digits(shown(value, unit))
    return None


def kpi_interval(low: float | None, high: float | None, unit: str, *, value: float | None = None) -> str:
    """Return both ends with one unit, and as many decimals as the value beside them: 1,19–1,58 %, +24 à +41."""
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return ""
    digits = _digits_of(unit, value if value is not None else low)
    left = kpi_number(low, unit, digits=digits)
    right = kpi_value(high, unit, digits=digits)
    if unit in CURRENCIES and locale() != "fr_FR" and unit != "chf":
        left = with_unit(left, unit)  # $1.20–$1.80: the sign stands before each end
    elif unit == "chf" and locale() != "fr_FR":
        left, right = with_unit(left, unit), kpi_number(high, unit, digits=digits)
    if unit == "points" or low < 0:  # a dash before a sign reads as another sign
        return f"{left} {'à' if locale() == 'fr_FR' else 'to'} {right}"
    return f"{left}–{right}"


def kpi_change(before: float | None, after: float | None, unit: str) -> str:
    """Return both ends and the difference: de 1,93 % à 1,37 % (−0,56 point, soit −29 %)."""
    if before is None or after is None:
        return ""
    french = locale() == "fr_FR"
    several = [_digits_of(unit, value) for value in (before, after)]
    digits = None if several[0] is None or several[1] is None else max(several[0], several[1])
    first, last = kpi_value(before, unit, digits=digits), kpi_value(after, unit, digits=digits)
    ends = f"de {first} à {last}" if french else f"from {first} to {last}"
    difference = after - before
    if unit == "percent":
        # Taken from the rounded ends, so that the reader's own subtraction agrees.
        points = round(after * 100, digits or 1) - round(before * 100, digits or 1)
        word = "points" if abs(points) >= 2 or (not french and abs(points) != 1) else "point"
        text = f"{decimal(points, digits or 1, signed=True)} {word}"
    elif unit == "seconds":
        text = (MINUS if difference < 0 else "+") + duration(abs(difference))
    elif digits is not None:
        text = with_unit(decimal(shown(difference, unit), digits, signed=True), unit)
    else:
        text = decimal(difference, 0 if unit == "points" else 1, signed=True)
        if unit == "points":
            text += " points" if abs(difference) >= 2 or not french else " point"
    if before and unit != "points":
        relative = percent(difference / abs(before), 0)
        if difference > 0:
            relative = f"+{relative}"
        text += f", soit {relative}" if french else f", i.e. {relative}"
    return f"{ends} ({text})"


def short_date(day: dt.date | None) -> str:
    """Return 3 nov. 2026 or 3 Nov 2026."""
    if day is None:
        return "—"
    if isinstance(day, dt.datetime):
        day = timezone.localtime(day).date()
    return _day(day, "d MMM y", locale())


def day_month(day: dt.date) -> str:
    """Return 3 nov. or 3 Nov."""
    return _day(day, "d MMM", locale())


def period_text(start: dt.date, end: dt.date) -> str:
    """Return a period in few words: 16–22 nov., 30 nov.–6 déc., novembre 2026, 3 nov. 2026."""
    if start == end:
        return short_date(start)
    if start.day == 1 and (end + dt.timedelta(days=1)).day == 1 and start.month == end.month and start.year == end.year:
        return _day(start, "LLLL y", locale())
    if start.year != end.year:
        return f"{short_date(start)} – {short_date(end)}"
    if start.month == end.month:
        return f"{start.day}–{day_month(end)}"
    return f"{day_month(start)} – {day_month(end)}"


def period_sentence(start: dt.date, end: dt.date) -> str:
    """Return a closed period as it stands in a sentence: semaine du 16 au 22 nov."""
    french = locale() == "fr_FR"
    if (end - start).days == 6:
        first = str(start.day) if start.month == end.month else day_month(start)
        return f"semaine du {first} au {day_month(end)}" if french else f"week of {first} to {day_month(end)}"
    return period_text(start, end)
