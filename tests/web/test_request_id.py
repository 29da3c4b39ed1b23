"""A request has one name in the log, the same as at the proxy where there is one."""

from __future__ import annotations

import re

import pytest
from multidict import CIMultiDict

from bot.web.interactions import request_id


@pytest.mark.parametrize("header", ["Fly-Request-Id", "X-Request-Id"])
def test_the_proxys_name_is_kept(header: str) -> None:
    assert request_id(CIMultiDict({header: "01JD3ZK5W8QX-fra"})) == "01JD3ZK5W8QX-fra"


@pytest.mark.parametrize("given", ["", "x" * 65, 'a" b', "a\tb", "é"])
def test_a_request_without_a_usable_name_gets_its_own(given: str) -> None:
    names = {request_id(CIMultiDict({"X-Request-Id": given})) for _ in range(2)}
    assert len(names) == 2
    assert all(re.fullmatch(r"[0-9a-f]{16}", name) for name in names)
