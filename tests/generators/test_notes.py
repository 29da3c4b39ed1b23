"""Links of Quartz, Obsidian and plain folders."""

from __future__ import annotations

import pytest

from tests.generators.sites import facts, site


@pytest.mark.parametrize(
    ("generator", "path", "meta", "expected"),
    [
        ("quartz", "content/Some note & more.md", {}, "/Some-note--and--more"),
        ("quartz", "content/Why? 50% #1.md", {}, "/Why-50-percent-1"),
        ("quartz", "content/Folder/index.md", {}, "/Folder/"),
        ("quartz", "content/x.md", {"permalink": "/y"}, "/y"),
        ("obsidian", "Notes/Some note.md", {}, "/Notes/Some+note"),
        ("obsidian", "Notes/Some note.md", {"permalink": "some/where"}, "/some/where"),
        ("plain", "aws/x.md", {}, "/aws/x"),
        ("plain", "aws/index.md", {}, "/aws/"),
        ("plain", "index.md", {}, "/"),
        ("plain", "notes/50% of #1?.md", {}, "/notes/50%25%20of%20%231%3F"),
        ("plain", "notes/größe.md", {}, "/notes/gr%C3%B6%C3%9Fe"),
        ("plain", "notes/x.md", {"slug": "y"}, "/notes/y"),
        ("plain", "notes/x.md", {"slug": "/y/"}, "/y/"),
        ("plain", "notes/x.md", {"permalink": "/a/b c/"}, "/a/b%20c/"),
        ("plain", "notes/x.md", {"url": "/a%20b"}, "/a%20b"),
        ("plain", "notes/x.md", {"path": "a/b"}, "/a/b"),
    ],
)
def test_paths_and_what_the_front_matter_says(
    generator: str, path: str, meta: dict[str, object], expected: str
) -> None:
    blog = site(generator=generator)
    assert blog.link(facts(blog, path, meta)) == expected


def test_quartz_names_its_host_without_a_scheme() -> None:
    options = 'baseUrl: "notes.example/garden", locale: "en-GB"'
    blog = site({"quartz.config.ts": f"const config = {{ configuration: {{ {options} }} }}"})
    assert (blog.generator, blog.url, blog.language) == (
        "quartz",
        "https://notes.example/garden",
        "en-GB",
    )


def test_a_plain_folder_inside_another_project_keeps_to_itself() -> None:
    blog = site({"x.md": ""}, "plain", inside="content/notes")
    assert blog.link(facts(blog, "x.md")) == "/x"


def test_quartz_leaves_out_what_it_ignores() -> None:
    config = "configuration: { ignorePatterns: ['secret', 'drafts/*.md', '*.tmp.md'] }"
    blog = site({"quartz.config.ts": config})
    ignored = ("content/a/secret/x.md", "content/drafts/y.md", "content/z.tmp.md")
    assert all(blog.why_no_page(facts(blog, path)) for path in ignored)
    assert blog.why_no_page(facts(blog, "content/private/x.md")) is None
    assert blog.rule.publishes_private
    empty = site({"quartz.config.ts": "configuration: { ignorePatterns: [] }"})
    assert empty.why_no_page(facts(empty, "content/templates/x.md")) is None
    plain = site({"quartz.config.ts": ""})
    assert not plain.rule.publishes_private
    assert plain.why_no_page(facts(plain, "content/private/x.md")) is not None
