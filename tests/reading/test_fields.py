"""Every field is found under each of its names and shapes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blog.post import tag_key
from tests.reading.desk import read, read_post


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ntitle: From *the* front &amp; matter\n---\n# Not this", "From the front & matter"),
        ("---\ntitle: <em>Tags</em> go\n---\nText", "Tags go"),
        ("---\ntitle: The `<div>` element\n---\nText", "The <div> element"),
        ("---\npageTitle: Page\n---\nText", "Page"),
        ("---\ntitle:\n---\n# Heading", "Heading"),
        ("# Heading\n\nText", "Heading"),
        ("## Of any level above the text\n\n# Later", "Of any level above the text"),
        ("\n\n![A picture](a.png)\n\n## Below a picture\n\nText", "Below a picture"),
        ("Setext\n======\n\nText", "Setext"),
        ("Setext\n------\n\nText", "Setext"),
        ("<h1 class='x'>In <b>HTML</b></h1>\nText", "In HTML"),
        ("Text first.\n\n# Then the heading", "Then the heading"),
        ("# Closed #\nText", "Closed"),
        ("# With {#an-id}\nText", "With"),
        ("Text first.\n\n## Then a section", "A post"),
        ("```\n# a comment in code\n```\n", "A post"),
        ("---\ntitle: What <head> does\n---\nText", "What <head> does"),
        (
            "---\ntitle: Vec<T> and Map<String, int> explained\n---\nText",
            "Vec<T> and Map<String, int> explained",
        ),
        ("---\ntitle: Building <InputAccessoryView>\n---\nText", "Building <InputAccessoryView>"),
        (
            "---\ntitle: The <video> element and <i>more</i>\n---\nText",
            "The <video> element and more",
        ),
        ("---\ntitle: Center a <div> in a <b>\n---\nText", "Center a <div> in a <b>"),
        ("---\ntitle: '[SEC][ANN] Rails 2.0'\n---\nText", "[SEC][ANN] Rails 2.0"),
        (
            "---\ntitle: '[[nodiscard]] and [^a-z] and f[0](x)'\n---\nText",
            "[[nodiscard]] and [^a-z] and f[0](x)",
        ),
        (
            "---\ntitle: '[Links](https://a.b), {{ braces }}, {% tags %}, {#each}'\n---\nText",
            "Links, {{ braces }}, {% tags %}, {#each}",
        ),
        ("---\ntitle: What __init__ and __main__ do\n---\nText", "What __init__ and __main__ do"),
        ("---\ntitle: 'a==b==c, 2*3*4 and **p'\n---\nText", "a==b==c, 2*3*4 and **p"),
        ("---\ntitle: '&amp;lt; is &lt;'\n---\nText", "&lt; is <"),
        ("# What <head> and Vec<T> do\n\nText", "What <head> and Vec<T> do"),
        ("# [SEC][ANN] __init__ is {{ code }}\n\nText", "[SEC][ANN] __init__ is {{ code }}"),
        ("Only text", "A post"),
        ("#hashtag is no heading", "A post"),
    ],
)
def test_the_title_is_the_front_matters_then_the_headings_then_the_names(
    text: str, title: str
) -> None:
    assert read_post(text).title == title


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("my-first_post.md", "My first post"), ("2024-01-11.md", "2024-01-11"),
        ("My Note - 2.md", "My Note - 2"), ("über-mich.md", "Über mich"), ("日記.md", "日記"),
        ("---.md", "Untitled"), ("go-1.10.md", "Go 1.10"),
    ],
)  # fmt: skip
def test_a_files_name_makes_a_title(path: str, title: str) -> None:
    assert read_post("Text", path).title == title


def test_a_title_that_is_no_text_is_reported() -> None:
    document = read("---\ntags: [a]\ntitle: [Draft]\n---\nText")
    assert document.post is not None
    assert document.post.title == "A post"
    (problem,) = document.problems
    assert (problem.line, problem.reason) == (3, "title is not text: a list")


def test_whether_the_author_gave_a_title_is_known() -> None:
    assert read("# Heading").titled
    assert read("---\ntitle: x\n---\n").titled
    assert not read("Only text").titled


@pytest.mark.parametrize(
    ("line", "tags"),
    [
        ("tags: [Go, Web Design]", ("Go", "Web Design")),
        ("tags:\n  - Go\n  - Web Design", ("Go", "Web Design")),
        ("tags: Go, Web Design", ("Go", "Web Design")),
        ("tags: go web", ("go", "web")),
        ("tags: go", ("go",)),
        ("tags:", ()),
        ("tags: []", ()),
        ("tags: null", ()),
        ("tags: [47, 3.10, true, no]", ("47", "3.10", "true", "no")),
        ("tags: ['#go', \"#web\"]", ("go", "web")),
        ("tags: '#go #web'", ("go", "web")),
        ("tags: 標籤、網頁，詩", ("標籤", "網頁", "詩")),
        ("tags: ['Q&amp;A', '<b>x</b>']", ("Q&A", "x")),
        ("tags: [{name: Go, slug: golang}]", ("Go",)),
        ("tags: [Go, go, GO]", ("Go",)),
        ("tags: [post, Posts, all, blog, go]", ("go",)),
        ("categories: go web", ("go", "web")),
        ("category: Web Design", ("Web Design",)),
        ("keywords: web design, go", ("web design", "go")),
        ("topics: [go]", ("go",)),
        ("series: [Advent 2017]", ()),
        ("tags: [{label: Release Notes, permalink: /r}, plain]", ("Release Notes", "plain")),
        ("tags:\n- [Diary, Games]\n- [Chess]\n- Loose", ("Diary", "Games", "Chess", "Loose")),
        ("tags: 'a, b; c'", ("a, b", "c")),
        ("tags: [go]\ncategory: web\nkeywords: GO, css", ("go", "web", "css")),
        ("taxonomies:\n  tags: [go]\n  categories: [web]", ("go", "web")),
        ("extra:\n  tags: [go]", ("go",)),
    ],
)
def test_tags_are_the_union_of_all_spellings(line: str, tags: tuple[str, ...]) -> None:
    assert sorted(read_post(f"---\n{line}\n---\nText").tags) == sorted(tags)


def test_a_string_with_spaces_is_one_tag_where_the_generator_says_so() -> None:
    text = "---\ntags: cat and dog\n---\nText"
    assert read_post(text, generator="eleventy").tags == ("cat and dog",)
    assert read_post(text, generator="jekyll").tags == ("cat", "and", "dog")


def test_zola_taxonomies_are_tags() -> None:
    text = '+++\ntitle = "x"\n[taxonomies]\ntags = ["Go"]\ncategories = ["Web"]\n+++\nText'
    assert read_post(text, generator="zola").tags == ("Go", "Web")


def test_collection_tags_are_a_setting() -> None:
    text = "---\ntags: [post, News]\n---\nText"
    assert read_post(text, collection_tags=frozenset({"news"})).tags == ("post",)


def test_the_folder_is_the_topic_of_a_file_without_front_matter() -> None:
    assert read_post("# A", "sqlite/a.md").tags == ("sqlite",)
    assert read_post("# A", "blog/a.md").tags == ()
    assert read_post("# A", "2024/a.md").tags == ()
    assert read_post("---\ntitle: x\n---\n", "sqlite/a.md").tags == ()


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("author: Ada", ("Ada",)),
        ("author: Ada, Grace", ("Ada", "Grace")),
        ("author: 'Ada, Grace, and Joan'", ("Ada", "Grace", "Joan")),
        ("author: [Ada, Grace]", ("Ada", "Grace")),
        ("author: '[Ada](https://ada.example/a,b) and friends'", ("Ada and friends",)),
        ("author: '[Ada](https://ada.example), [Grace](/g)'", ("Ada", "Grace")),
        ("author: {name: Ada, url: /ada}", ("Ada",)),
        ("authors:\n  - name: Ada\n  - name: Grace", ("Ada", "Grace")),
        ("authors: [ada, 7]", ("ada", "7")),
        ("by: Ada <ada@ada.example>", ("Ada",)),
        ("author: Ada (poet, countess)", ("Ada (poet, countess)",)),
        ("author:", ()),
        ("extra:\n  author: Ada", ("Ada",)),
    ],
)
def test_authors_are_names(line: str, authors: tuple[str, ...]) -> None:
    assert read_post(f"---\n{line}\n---\nText").authors == authors


@pytest.mark.parametrize(
    "line",
    [
        "image: https://x.example/a.png", "og_image: https://x.example/a.png",
        "Thumbnail: https://x.example/a.png", "cover_image: https://x.example/a.png",
        "banner:\n  image: https://x.example/a.png", "images: ['https://x.example/a.png']",
        "cover: {image: https://x.example/a.png, alt: A}",
        "cover: {light: https://x.example/a.png, dark: https://x.example/b.png}",
        "cover: {image: {src: https://x.example/a.png}}", "hero: https://x.example/a.png",
        "extra:\n  image: https://x.example/a.png", "params:\n  cover: https://x.example/a.png",
        "image: {path: https://x.example/a.png}", "header: {teaser: https://x.example/a.png}",
        "cover: '@/assets/a.png'\nimage: https://x.example/a.png",
        "banner: A caption\nthumbnail: https://x.example/a.png",
    ],
)  # fmt: skip
def test_the_cover_is_found(line: str) -> None:
    assert read_post(f"---\n{line}\n---\nText").image == "https://x.example/a.png"


@pytest.mark.parametrize(
    "value", ["true", "''", "[]", "{}", "A caption", "data:image/png;base64,x."]
)
def test_what_is_no_image_is_no_cover(value: str) -> None:
    assert read_post(f"---\nimage: {value}\n---\nText").image is None


@pytest.mark.parametrize(
    ("line", "draft"),
    [
        ("draft: true", True), ("draft: 'yes'", True), ("draft: false", False),
        ("draft: 'false'", False), ("draft:", False), ("published: false", True),
        ("published: 'false'", True), ("published: true", False),
        ("published: 19 March 2019", False), ("publish: false", True), ("publish: true", False),
        ("status: draft", True), ("Status: Hidden", True), ("status: published", False),
        ("status: unpublished", True), ("State: Draft", True), ("stage: in progress", True),
        ("state: Texas", False), ("public: false", True), ("public: true", False),
        ("hidden: true", True), ("hidden: false", False),
        ("unlisted: true", True), ("extra: {draft: true}", True),
    ],
)  # fmt: skip
def test_drafts_are_known(line: str, draft: bool) -> None:
    document = read(f"---\ntitle: x\n{line}\n---\nText")
    assert document.post is not None
    assert document.post.draft is draft
    assert not document.problems


def test_everything_in_drafts_is_one() -> None:
    assert read_post("# A", "_drafts/a.md").draft


def test_a_draft_that_is_misspelt_is_hidden_and_reported() -> None:
    document = read("---\ntitle: x\ndraft: truet\n---\nText")
    assert document.post is not None
    assert document.post.draft
    assert (document.problems[0].line, "truet" in document.problems[0].reason) == (3, True)


def test_published_is_a_date_or_a_truth() -> None:
    dated = read_post("---\npublished: 19 March 2019\n---\nText").date
    assert dated is not None
    assert dated.text == "2019-03-19"
    assert read_post("---\npublished: true\n---\nText").date is None


@pytest.mark.parametrize(
    ("line", "language"),
    [("lang: en", "en"), ("language: pt_BR", "pt-BR"), ("lang: Klingon!", None), ("lang:", None)],
)
def test_the_language_is_a_bcp_47_tag(line: str, language: str | None) -> None:
    assert read_post(f"---\n{line}\n---\nText").language == language


def test_aliases_are_lists_or_one() -> None:
    text = "---\nredirect_from: [/old/, /older]\naliases: Another name\n---\nText"
    assert set(read_post(text).aliases) == {"/old/", "/older", "Another name"}


def test_words_are_counted_and_east_asian_characters_are_half_a_word() -> None:
    assert read_post("One two three.\n\n[four](https://x.example/not/counted)").words == 4
    assert read_post("日本語日本 ok").words == 4


@given(st.lists(st.text(alphabet='abAB #,;&<`*日é"\\', max_size=8), max_size=6))
def test_tags_are_never_empty_nor_twice(tags: list[str]) -> None:
    lines = "".join(f"  - '{tag.replace(chr(39), '')}'\n" for tag in tags)
    found = read_post(f"---\ntitle: x\ntags:\n{lines}---\nText").tags
    assert all(found)
    assert len({tag_key(tag) for tag in found}) == len(found)


def test_authors_may_be_a_taxonomy() -> None:
    text = '+++\ntitle = "x"\n[taxonomies]\ntags = ["t"]\nauthors = ["Ada", "Grace"]\n+++\nText'
    post = read_post(text, generator="zola")
    assert (post.authors, post.tags) == (("Ada", "Grace"), ("t",))


def test_names_with_commas_are_separated_by_semicolons() -> None:
    post = read_post("Title: x\nAuthors: Lovelace, Ada; Hopper, Grace\nTags: a, b; c\n\nText")
    assert post.authors == ("Lovelace, Ada", "Hopper, Grace")
    assert sorted(post.tags) == ["a, b", "c"]


def test_a_container_where_a_word_belongs_is_no_word() -> None:
    document = read("---\ntitle: x\ndraft: [false]\ndate: {a: b}\n---\nText")
    assert document.post is not None
    assert document.post.draft
    assert [problem.reason for problem in document.problems] == [
        "draft is neither true nor false: a list",
    ]
