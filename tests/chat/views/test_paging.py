"""There is always a page to show, and it is the one asked for or the nearest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.views.paging import Pagination


@given(st.integers(-5, 10**9), st.integers(0, 10**5), st.integers(1, 25))
def test_any_number_leads_to_a_page_that_has_items(number: int, items: int, size: int) -> None:
    page = Pagination.nearest(number, items, size)
    assert 1 <= page.number <= page.of
    assert page.offset < items or items == 0
    assert (page.of - 1) * size < max(items, 1) <= page.of * size


@pytest.mark.parametrize(
    ("number", "items", "shown"), [(1, 0, 1), (0, 11, 1), (2, 11, 2), (3, 11, 3), (4, 11, 3)]
)
def test_a_page_that_does_not_exist_becomes_the_nearest(
    number: int, items: int, shown: int
) -> None:
    assert Pagination.nearest(number, items, 5).number == shown
