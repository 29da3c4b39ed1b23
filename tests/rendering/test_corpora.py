"""No word of real posts is lost on the way to their blocks (benchmarks/markdown.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.markdown import readings

# Posts of a site that are read, spread over it; benchmarks/markdown.py reads all 1,088.
MOST = 40
# Posts that may differ: those that benchmarks/README.md tells of.
MAY_DIFFER = {
    "biome-blog": 0,
    "eleventy": 1,
    "gopheracademy": 1,
    "jakevdp": 0,
    "jekyll": 0,
    "react-dev": 0,
    "seed": 0,
    "til": 0,
    "timlrx": 0,
    "v8-dev": 1,
}


@pytest.mark.parametrize("site", MAY_DIFFER)
def test_blocks_hold_the_words_that_a_browser_shows(corpora: Path, site: str) -> None:
    read = list(readings(corpora / site, most=MOST))
    assert read
    different = [each.path for each in read if each.ours != each.theirs]
    assert len(different) <= MAY_DIFFER[site], different
