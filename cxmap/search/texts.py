"""What of a row is searched, as an expression that its index and its queries share."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db.models import CharField, F, Func, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat


class Fold(Func):
    """The text in lower case without accents (cxmap.lib.text.fold), computed by the database."""

    function = "cxmap_fold"
    output_field = TextField()


class Words(Func):
    """The stems of the text's words, French and English."""

    function = "cxmap_words"
    output_field = SearchVectorField()


def joined(*columns: str) -> Combinable:
    """Return the text of some columns, a space between two."""
    if len(columns) == 1:
        return F(columns[0])
    parts: list[Combinable] = []
    for column in columns:
        parts += [F(column), Value(" ")]
    return Concat(*parts[:-1], output_field=TextField())


def search_index(*columns: str, name: str) -> GinIndex:
    """Return the index that a model needs so that these columns are searched as one text."""
    return GinIndex(OpClass(Fold(joined(*columns)), name="gin_trgm_ops"), Words(joined(*columns)), name=name)


NOTHING = Value("", output_field=CharField())
