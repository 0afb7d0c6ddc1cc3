"""The mapping screen: an open file and a mapping, complete or not, as what a person sees, and back from what they send.

The screen edits the usual parts of a mapping. What only the JSON can say (filters, dimensions, labels of answers) passes
through unchanged.
"""

from sources.mapping_page.library import Library, library_of
from sources.mapping_page.page import MappingPage, mapping_page
from sources.mapping_page.posted import Posted, renamed

__all__ = ["Library", "MappingPage", "Posted", "library_of", "mapping_page", "renamed"]
