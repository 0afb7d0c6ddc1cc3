"""The two functions that searched texts are indexed by; both are immutable, so that an index may hold what they return."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

# As cxmap.lib.text.fold does, apart from white space. Bodies are parsed here and now, so that a restored backup, which
# has no search path, finds what they call.
FOLD = """
CREATE FUNCTION cxmap_fold(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN lower(regexp_replace(normalize(
    translate(replace(replace(replace(replace(replace(said, 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'), 'ß', 'ss'), '’øØ', '''oO'),
    NFKD), '[\\u0300-\\u036f]', '', 'g'))
"""
WORDS = """
CREATE FUNCTION cxmap_words(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN to_tsvector('pg_catalog.french'::regconfig, cxmap_fold(said))
    || to_tsvector('pg_catalog.english'::regconfig, cxmap_fold(said))
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("workspaces", "0001_initial")]
    operations = [
        TrigramExtension(),
        migrations.RunSQL(FOLD, "DROP FUNCTION cxmap_fold(text)"),
        migrations.RunSQL(WORDS, "DROP FUNCTION cxmap_words(text)"),
    ]
