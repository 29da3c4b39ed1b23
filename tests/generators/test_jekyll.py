"""Jekyll's links: https://jekyllrb.com/docs/permalinks/."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.blog.post import PostDate
from bot.generators.common.data import Quoted
from bot.reading.dates import parse_date
from tests.generators.sites import facts, site

PATH = "_posts/2024-03-09-Hello-World.md"
DATE = "2024-03-09"


def link(
    config: str, path: str = PATH, meta: dict[str, object] | None = None, date: str | None = DATE
) -> str | None:
    blog = site({"_config.yml": config})
    return blog.link(facts(blog, path, meta, date=date))


@pytest.mark.parametrize(
    ("permalink", "expected"),
    [
        ("date", "/2024/03/09/Hello-World.html"),
        ("pretty", "/2024/03/09/Hello-World/"),
        ("ordinal", "/2024/069/Hello-World.html"),
        ("weekdate", "/2024/W10/Sat/Hello-World.html"),
        ("none", "/Hello-World.html"),
        ("/blog/:year/:i_month/:i_day/:slug", "/blog/2024/3/9/hello-world"),
        ("/:short_year/:short_month/:long_month/:title/", "/24/Mar/March/Hello-World/"),
        ("/:y_day-:w_day-:w_year-:week-:long_day/:title", "/069-6-2024-10-Saturday/Hello-World"),
        ("/:hour:minute:second/:title", "/000000/Hello-World"),
        ("/:collection/:name:output_ext", "/posts/2024-03-09-hello-world.html"),
        ("/:year_:month/:title", "/2024_03/Hello-World"),
        ("/p/:title/index.html", "/p/Hello-World/index.html"),
    ],
)
def test_every_placeholder_and_style(permalink: str, expected: str) -> None:
    assert link(f"permalink: {permalink}") == expected


def test_without_a_setting_the_date_is_in_the_link() -> None:
    assert link("title: x") == "/2024/03/09/Hello-World.html"


def test_a_placeholder_that_jekyll_does_not_know_gives_no_link() -> None:
    assert link("permalink: /:nonsense/:title") is None


def test_a_post_without_date_has_no_link_with_a_date() -> None:
    assert link("permalink: /:year/:title", "_drafts/x.md", date=None) is None
    assert link("permalink: /:title/", "_drafts/x.md", date=None) == "/x/"


@pytest.mark.parametrize(
    ("path", "meta", "expected"),
    [
        ("_posts/2024-03-09-x.md", {"categories": "News Big"}, "/news/big/x/"),
        ("_posts/2024-03-09-x.md", {"categories": ["Open Source", "a"]}, "/open%20source/a/x/"),
        ("_posts/2024-03-09-x.md", {"category": "One"}, "/one/x/"),
        ("fr/news/_posts/2024-03-09-x.md", {}, "/fr/news/x/"),
        ("news/_posts/2024-03-09-x.md", {"categories": ["news", "b"]}, "/news/b/x/"),
        ("_posts/2024/2024-03-09-x.md", {}, "/x/"),
    ],
)
def test_categories_come_from_folders_and_front_matter(
    path: str, meta: dict[str, object], expected: str
) -> None:
    assert link("permalink: /:categories/:title/", path, meta) == expected


def test_slugified_categories() -> None:
    config = "permalink: /:slugified_categories/:title/"
    assert link(config, meta={"categories": ["Open Source"]}) == "/open-source/Hello-World/"


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ({"permalink": "/else/where/"}, "/else/where/"),
        ({"permalink": "/:year/:title.html"}, "/2024/Hello-World.html"),
        ({"permalink": "none"}, "/none"),
        ({"permalink": "/a/../b/"}, "/b/"),
        ({"slug": "other"}, "/2024/03/09/other/"),
        ({"slug": 404}, "/2024/03/09/404/"),
    ],
)
def test_the_front_matter_decides_first(meta: dict[str, object], expected: str) -> None:
    assert link("permalink: pretty", meta=meta) == expected


def test_the_day_in_the_link_is_the_one_in_the_sites_time_zone() -> None:
    late = "2024-08-09T21:30:00-03:00"
    path = "_posts/2024-08-09-x.md"
    assert link("permalink: /:year/:i_month/:i_day/:title", path, date=late) == "/2024/8/10/x"
    config = "permalink: /:year/:i_month/:i_day/:title\ntimezone: America/Sao_Paulo"
    assert link(config, path, date=late) == "/2024/8/9/x"


def test_a_time_without_zone_is_utc_in_yaml_but_local_in_a_string() -> None:
    config = "permalink: /:day/:title\ntimezone: America/Los_Angeles"
    blog = site({"_config.yml": config})
    from_yaml = facts(
        blog, "_posts/2024-05-05-x.md", {"date": "2024-05-05 02:00:00"}, date="2024-05-05T02:00:00"
    )
    from_text = facts(
        blog, "_posts/2024-05-05-x.md", {"date": "2024-05-05 02:00"}, date="2024-05-05T02:00:00"
    )
    assert blog.link(from_yaml) == "/04/x"
    assert blog.link(from_text) == "/05/x"


CONFIG = """
url: https://example.org
baseurl: /base
permalink: /:title/
collections_dir: all
collections:
  posts: {permalink: "/news/:title/"}
  notes: {output: true, permalink: "/:collection/:path/"}
  hidden: {output: false}
defaults:
- scope: {path: ""}
  values: {image: /all.png, lang: en}
- scope: {path: _posts/old, type: posts}
  values: {permalink: "/archive/:title/", Layout: old}
- scope: {path: "", type: posts}
  values: {layout: post}
- scope: {path: "_notes/*/deep"}
  values: {layout: deep}
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("all/_posts/2024-03-09-x.md", "/news/x/"),
        ("all/_posts/old/2024-03-09-x.md", "/archive/x/"),
        ("all/_notes/a/b.md", "/notes/a/b/"),
        ("all/_notes/c.md", "/notes/c/"),
        ("all/_hidden/c.md", None),
        ("_unknown/c.md", None),
        ("about.md", "/about/"),
        ("docs/index.md", "/docs/"),
        ("all/_drafts/x.md", "/news/x/"),
    ],
)
def test_collections_pages_and_defaults(path: str, expected: str | None) -> None:
    blog = site({"_config.yml": CONFIG})
    assert blog.link(facts(blog, path, date=DATE)) == expected
    assert blog.url == "https://example.org/base"


def test_the_most_precise_default_wins() -> None:
    blog = site({"_config.yml": CONFIG})
    assert blog.defaults("about.md") == {"image": "/all.png", "lang": "en"}
    assert blog.defaults("all/_posts/x.md")["layout"] == "post"
    assert blog.defaults("all/_posts/old/x.md")["layout"] == "old"
    assert blog.defaults("all/_notes/a/deep/x.md")["layout"] == "deep"
    assert "layout" not in blog.defaults("all/_notes/a/deeper/x.md")


@pytest.mark.parametrize(
    ("permalink", "expected"),
    [
        ("date", "/about.html"),
        ("pretty", "/about/"),
        ("/:title", "/about"),
        ("/:title:output_ext", "/about.html"),
    ],
)
def test_pages_end_as_the_sites_permalink_does(permalink: str, expected: str) -> None:
    assert link(f"permalink: {permalink}", "about.md") == expected


def test_a_site_in_a_folder_below_or_above_the_posts() -> None:
    below = site({"docs/_config.yml": "permalink: /n/:title/", "docs/_posts/2024-03-09-x.md": ""})
    assert below.generator == "jekyll"
    assert below.link(facts(below, "docs/_posts/2024-03-09-x.md", date=DATE)) == "/n/x/"
    above = site({"../_config.yml": "permalink: /:categories/:title/"}, inside="_posts")
    assert above.link(facts(above, "2024-03-09-x.md", date=DATE)) == "/x/"


def test_a_domain_file_gives_the_address_where_the_configuration_has_none() -> None:
    assert (
        site({"_config.yml": "title: x", "CNAME": "blog.example.org\n"}).url
        == "https://blog.example.org"
    )


def test_unreadable_configuration_and_unknown_time_zones_are_problems() -> None:
    broken = site({"_config.yml": "a: [unclosed"})
    assert [problem.path for problem in broken.problems] == ["_config.yml"]
    assert broken.link(facts(broken, PATH, date=DATE)) == "/2024/03/09/Hello-World.html"
    nowhere = site({"_config.yml": "timezone: Mars/Olympus"})
    assert "Mars/Olympus" in nowhere.problems[0].reason


def test_a_set_pattern_beats_the_sites_defaults_but_not_the_posts_own_permalink() -> None:
    blog = site({"_config.yml": CONFIG}, permalink="/p/{year}/{slug}")
    old = "all/_posts/old/2024-03-09-x.md"
    assert blog.link(facts(blog, old, date=DATE)) == "/p/2024/x"
    assert blog.link(facts(blog, old, {"permalink": "/mine/"}, date=DATE)) == "/mine/"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("_posts/2024-03-09-x.md", None),
        ("_posts/x.md", "must begin with its day"),
        ("_drafts/x.md", None),
        ("about.md", None),
        ("old/x.md", "excludes"),
        ("older/x.md", None),
        ("a/notes.tmp.md", "excludes"),
        ("_people/ada.md", "no pages for people"),
        ("_talks/x.md", None),
        ("_scraps/x.md", "no pages for scraps"),
    ],
)
def test_what_jekyll_writes_no_page_for(path: str, reason: str | None) -> None:
    config = "exclude: [/old/, '*.tmp.md']\ncollections: {people: {}, talks: {output: true}}"
    blog = site({"_config.yml": config})
    told = blog.why_no_page(facts(blog, path))
    assert (reason in told) if reason and told else told is reason


def test_what_is_excluded_may_be_one_name() -> None:
    blog = site({"_config.yml": "exclude: old"})
    assert blog.why_no_page(facts(blog, "old/x.md"))


def test_posts_may_be_a_collection_without_pages() -> None:
    blog = site({"_config.yml": "collections: {posts: {output: false}}"})
    assert blog.why_no_page(facts(blog, "_posts/2024-03-09-x.md"))


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ({"category": ["l1", "l2"]}, "/l1/l2/x/"),
        ({"categories": ["a", {"b": "c"}], "category": 7}, "/a/7/x/"),
    ],
)
def test_a_category_may_be_a_list(meta: dict[str, object], expected: str) -> None:
    blog = site({"_config.yml": "permalink: /:categories/:title/"})
    assert blog.link(facts(blog, "_posts/2024-03-08-x.md", meta, date="2024-03-08")) == expected


def test_folders_that_jekyll_does_not_read_hold_no_posts() -> None:
    blog = site({"_config.yml": "url: https://x.org"})
    for folder in ("_under", ".dot", "#hash", "~tilde"):
        post = facts(blog, f"_posts/{folder}/2024-03-08-x.md", date="2024-03-08")
        assert blog.why_no_page(post) is not None


TOKYO = "timezone: Asia/Tokyo\n"
NOTES = "collections:\n  notes:\n    output: true\n"


@pytest.mark.parametrize(
    ("config", "path", "meta", "expected"),
    [
        ("", "_posts/2024-03-05-dot..md", {}, "/2024/03/05/dot.html"),
        ("", "_posts/2024-03-06-s8.md", {"slug": ""}, "/2024/03/06/.html"),
        ("", "_posts/2024-03-10-x.mdx", {}, "/2024/03/10/x.mdx"),
        ("markdown_ext: mdx\n", "_posts/2024-03-10-x.mdx", {}, "/2024/03/10/x.html"),
        ("", "_posts/24-03-09-yy.md", {}, "/2024/03/09/yy.html"),
        ("", "_posts/69-03-09-yy.md", {}, "/1969/03/09/yy.html"),
        ("", "_posts/2024-02-30-x.md", {}, "/2024/03/01/x.html"),
        ("", "_posts/2024-13-30-x.md", {}, None),
        (
            "",
            "_posts/2024-03-07-p.md",
            {"permalink": "https://example.org/abs/"},
            "/https:/example.org/abs/",
        ),
        ("permalink: weekdate\n", "2024-03-05-dated-page.md", {}, "/2024-03-05-dated-page"),
        ("permalink: /:collection/:path/\n", "Up/_posts/2024-03-08-up.md", {},
         "/posts/Up/2024-03-08-up/"),
        (f"{NOTES}    permalink: /n/:title/\n", "_notes/2024-03-05-note.md", {}, "/n/note/"),
        (f"{NOTES}    permalink: /n/:name\n", "_notes/2024-03-05-note.md", {},
         "/n/2024-03-05-note"),
        (f"permalink: pretty\n{NOTES}", "_notes/sub/Deep.md", {}, "/notes/sub/Deep/"),
        (f"permalink: /:title\n{NOTES}", "_notes/sub/Deep.md", {}, "/notes/sub/Deep"),
        (NOTES, "_notes/sub/Deep.md", {}, "/notes/sub/Deep.html"),
        (f"{NOTES}    permalink: date\n", "_notes/sub/Deep.md", {}, "/date"),
    ],
)  # fmt: skip
def test_names_that_jekyll_reads_in_its_own_way(
    config: str, path: str, meta: dict[str, object], expected: str | None
) -> None:
    named = {"2024-03-05": "2024-03-05", "2024-03-06": "2024-03-06", "2024-03-10": "2024-03-10"}
    day = named.get(path.rpartition("/")[2][:10])
    assert link(config, path, meta, date=day) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-03-09 23:30:00", "/2024/03/10/x.html"),
        (Quoted("2024-03-09 23:30:00"), "/2024/03/09/x.html"),
        ("2024-03-09 00:30:00 America/New_York", "/2024/03/09/x.html"),
    ],
)
def test_a_time_in_quotes_or_with_a_zone_by_name_is_the_sites(written: str, expected: str) -> None:
    blog = site({"_config.yml": TOKYO})
    moment = parse_date(written)
    post = facts(blog, "_posts/2024-03-09-x.md", {"date": written})
    assert blog.link(replace(post, date=PostDate.of(moment, blog.zone))) == expected


def test_categories_of_the_defaults_come_before_the_posts_own() -> None:
    config = "permalink: /:categories/:title/\ndefaults:\n- scope: {path: ''}\n"
    config += "  values: {categories: [Dcat]}\n"
    assert link(config, meta={"categories": ["One", "Dcat"]}) == "/dcat/one/Hello-World/"


def test_the_old_names_of_types_hold_in_defaults() -> None:
    config = "defaults:\n- scope: {path: blog, type: post}\n  values: {permalink: '/x/:title/'}\n"
    config += "- scope: {type: posts}\n  values: {permalink: '/np/:title/'}\n"
    assert link(config, "blog/_posts/2024-03-09-a.md") == "/x/a/"
    assert link(config, "_posts/2024-03-09-a.md") == "/np/a/"


def test_posts_outside_of_the_folder_of_all_collections_are_not_read() -> None:
    blog = site({"_config.yml": "collections_dir: stuff\n"})
    outside, inside = "news/_posts/2024-03-09-x.md", "stuff/_posts/2024-03-09-x.md"
    reason = blog.why_no_page(facts(blog, outside, date=DATE))
    assert reason == "Jekyll looks for posts in stuff/ alone"
    assert blog.why_no_page(facts(blog, inside, date=DATE)) is None
