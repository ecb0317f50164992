"""Any file that could be taken for a published case."""

from hypothesis import strategies as st

from workflows import library

_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=5)
_ROWS = st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys((
    "key", "name", "kind", "role", "country", "from", "to", "quantity", "unit", "period", "waste_code", "source",
    "party", "item", "amount", "currency", "year", "indicator", "value", "barrier", "how_resolved"),
    _anything)) | _anything,
    max_size=4)
CASES = st.fixed_dictionaries({"strategy": st.sampled_from(library.names())}, optional={
    "id": _anything, "title": _anything, "summary": _anything, "notes": _anything, "sources": _ROWS, "parties": _ROWS,
    "flows": _ROWS, "economics": _ROWS, "results": _ROWS, "barriers": _ROWS, "timeline": _ROWS,
    "contract": _anything | st.fixed_dictionaries({}, optional=dict.fromkeys((
        "form", "term_years", "pricing_basis", "ownership", "take_back", "kpis", "source"), _anything))})
