"""Real posts read as the parsers of the generators read them (benchmarks/markdown.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.markdown import readings

# Posts that may differ: one or two more than benchmarks/README.md reports.
MAY_DIFFER = {
    "biome-blog": 0,
    "eleventy": 3,
    "gopheracademy": 1,
    "jakevdp": 2,
    "jekyll": 1,
    "react-dev": 1,
    "seed": 0,
    "til": 1,
    "timlrx": 3,
    "v8-dev": 6,
}


@pytest.mark.parametrize("site", MAY_DIFFER)
def test_the_text_of_real_posts_is_what_markdown_it_reads(corpora: Path, site: str) -> None:
    read = list(readings(corpora / site))
    assert read
    different = [each.path for each in read if each.ours != each.theirs]
    assert len(different) <= MAY_DIFFER[site], different
