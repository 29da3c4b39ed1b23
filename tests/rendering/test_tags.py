"""What the tags of templates show that only the site itself can run."""

from __future__ import annotations

import pytest

from bot.blog.dialect import HTML, Dialect
from bot.generators.common.registry import GENERATORS
from bot.rendering.page import Page, Text, pictures_of
from bot.rendering.renderer import Renderer

EXAMPLE = "-# [Example: on the site](<https://example.org/blog/post/>)"


def pages(body: str, dialect: Dialect) -> tuple[Page, ...]:
    renderer = Renderer(dialect, "https://example.org", {"other": "/other/"}.get)
    return renderer.render(body, path="post.md", url="https://example.org/blog/post/").pages


def text(body: str, generator: str = "plain") -> str:
    return "\n---\n".join(page.text for page in pages(body, GENERATORS[generator].dialect))


@pytest.mark.parametrize(
    ("generator", "tag"),
    [
        ("pelican", "{% notebook downloads/notebooks/x.ipynb cells[2:] %}"),
        ("pelican", "{% include_code pi.py lang:python %}"),
        ("jekyll", "{% include examples/a.html %}"),
        ("jekyll", "{% include_relative snippets/a.md %}"),
        ("eleventy", '{% include "snippets/configDefinition.njk" %}'),
        ("hugo", '{{< code-snippet file="a.go" >}}'.replace("-snippet", "")),
        ("hugo", '{{< example "a.html" >}}'),
        ("zola", '{{ include_code(path="a.rs") }}'),
        ("plain", '{{code "a.go" `/START/` `/END/`}}'),
        ("hugo", '{{play "a.go"}}'),
        ("pelican", "{% notebook a.ipynb %}\n\n{% notebook b.ipynb %}\n{% notebook c.ipynb %}"),
    ],
)
def test_an_example_is_one_quiet_line(generator: str, tag: str) -> None:
    assert text(f"before\n\n{tag}\n\nafter *it*", generator) == f"before\n\n{EXAMPLE}\n\nafter *it*"
    assert text(f"before\n{tag}\nafter *it*", generator) == f"before\n\n{EXAMPLE}\n\nafter *it*"
    assert text(tag, generator) == EXAMPLE


@pytest.mark.parametrize(
    ("generator", "tag"),
    [
        ("jekyll", "{% include toc.html %}"),
        ("jekyll", "{% include share-buttons.html %}"),
        ("eleventy", '{% include "components/header.css" %}'),
        ("jekyll", "{% unknown thing %}"),
        ("hugo", "{{< toc >}}"),
    ],
)
def test_what_is_no_part_of_the_text_leaves_nothing(generator: str, tag: str) -> None:
    assert text(f"before\n\n{tag}\n\nafter", generator) == "before\n\nafter"


@pytest.mark.parametrize(
    ("generator", "tag", "link"),
    [
        ("pelican", "{% video /v/a.mp4 360 270 /v/a.png %}", "▶️ [a.mp4](<https://example.org/v/a.mp4>)"),
        ("jekyll", "{% youtube https://youtu.be/abc %}", "▶️ [youtu.be](<https://youtu.be/abc>)"),
        ("jekyll", '{% include youtube.html id="abc" %}', "▶️ [YouTube](<https://www.youtube.com/watch?v=abc>)"),
        ("jekyll", '{% include video.html url="https://v.example/x" title="A film" %}', "▶️ [A film](<https://v.example/x>)"),
        ("hugo", '{{< video src="/a.webm" >}}', "▶️ [a.webm](<https://example.org/a.webm>)"),
        ("hugo", '{{< audio src="https://a.example/b.mp3" >}}', "🔊 [b.mp3](<https://a.example/b.mp3>)"),
        ("hugo", '{{< card link="https://a.example/b" title="More" >}}', "🔗 [More](<https://a.example/b>)"),
        ("plain", '{{video "https://v.example/a.mp4" 640 480}}', "▶️ [a.mp4](<https://v.example/a.mp4>)"),
    ],
)  # fmt: skip
def test_what_a_tag_has_the_address_of_is_a_link(generator: str, tag: str, link: str) -> None:
    assert text(f"before\n\n{tag}\n\nafter", generator) == f"before\n\n{link}\n\nafter"


def test_code_between_tags_is_code() -> None:
    code = "{% codeblock A title lang:js https://a.example %}\nx {{ y }} *z*\n{% endcodeblock %}"
    assert text(f"a\n\n{code}\n\nb", "hexo") == "a\n\n```js\nx {{ y }} *z*\n```\n\nb"
    assert text("{% code %}\n<b>\n{% endcode %}", "hexo") == "```\n<b>\n```"
    assert text("{% code a.py %}", "pelican") == EXAMPLE


@pytest.mark.parametrize("tag", ["img left /a.png 10 20 A cat", "asset_img a.png A cat"])
def test_a_picture_whose_address_follows_other_words(tag: str) -> None:
    (page,) = pages(f"{{% {tag} %}}", GENERATORS["hexo"].dialect)
    (picture,) = pictures_of(page)
    assert picture.url.endswith("/a.png")


def test_an_included_box_shows_what_it_is_given() -> None:
    tag = '{% include note.html content="Mind the *gap*." %}'
    assert text(f"a\n\n{tag}\n\nb", "jekyll") == "a\n\nMind the *gap*.\n\nb"


TEMPLATE = "{{ x }} {% y %} [[z]] %%c%% {# d #}"


@pytest.mark.parametrize("generator", sorted(GENERATORS))
@pytest.mark.parametrize("element", ["code", "kbd", "samp", "CODE class='x'"])
def test_nothing_runs_in_htmls_own_code(generator: str, element: str) -> None:
    name = element.split(maxsplit=1)[0]
    shown = text(f"a <{element}>{TEMPLATE}</{name}> b", generator)
    assert shown == f"a `{TEMPLATE}` b"
    assert text(f"<pre><code>{TEMPLATE}\n</code></pre>", generator) == f"```\n{TEMPLATE}\n```"


def test_what_escapes_a_template_is_no_part_of_the_code() -> None:
    assert text("<code>{% raw %}{{ x }}{% endraw %}</code>", "jekyll") == "`{{ x }}`"
    assert text("<code>{{</* x */>}}</code>", "hugo") == "`{{< x >}}`"
    assert (
        text("{% raw %}<code>{{ x }}</code> {{ y }}{% endraw %}", "jekyll") == "`{{ x }}` {{ y }}"
    )
    assert text("`<code>` {{ x }} `</code>`", "jekyll") == "`<code>` `</code>`"


def test_a_folder_without_a_generator_runs_nothing() -> None:
    body = "{% if x %} ${{ secrets.X }} {% include a.html %} [[z]] {: .b}"
    assert text(body) == body.replace("[[z]]", "\\[\\[z\\]\\]")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (
            "Vec<T> and Building <InputAccessoryView>",
            "Vec\\<T> and Building \\<InputAccessoryView>",
        ),
        ("The <video> element", "The \\<video> element"),
        ("<b>bold</b> and <i>more", "**bold** and *more*"),
        ("<video src='a.mp4'></video> and <video>x</video>", None),
        ("## What <head> and <b>Vec<T></b> do", "## What \\<head> and **Vec\\<T>** do"),
        ("## What __init__ and __Really__ do", "## What \\_\\_init\\_\\_ and **Really** do"),
    ],
)
@pytest.mark.parametrize("generator", ["plain", "jekyll", "pelican"])
def test_names_in_angle_brackets_are_words(generator: str, body: str, shown: str | None) -> None:
    found = text(body, generator)
    if generator != "pelican" or not body.startswith("#"):
        assert shown is None or found == shown
    if shown is None:
        assert "\\<" not in found


def test_names_of_emoji_are_emoji_where_the_generator_makes_them() -> None:
    body = ":tada: it is 10:30:45, `:tada:` and :nothing: <code>:+1:</code> :+1: :8ball:"
    (page,) = pages(body, Dialect(emoji=True))
    assert page.text == "🎉 it is 10\\:30:45, `:tada:` and \\:nothing: `:+1:` 👍 🎱"
    assert pages(":tada:", Dialect())[0].text == "\\:tada:"
    assert pages("<p>:tada:</p>", HTML)[0].text == "\\:tada:"


@pytest.mark.parametrize(
    "lead",
    [
        "**What is a question?**",
        "This code works:",
        "これは動く\uff1a",
        "> [!note] A title",
        "<details><summary>More</summary>\n\n",
        "## Heading\n\n**Bold?**",
    ],
)
def test_what_announces_something_stays_on_its_page(lead: str) -> None:
    code = "```py\n" + "x = 1\n" * 8 + "```\n"
    following = "> It says so." if lead.startswith(">") else code
    for words in range(640, 730):
        found = pages(
            "word " * words + f"\n\n{lead}\n{'' if lead[0] == '>' else chr(10)}{following}",
            Dialect(),
        )
        for page in found:
            last = page.text.rstrip().splitlines()[-1]
            assert not last.endswith(("?**", "works:", "\uff1a", "A title**", "More**", "Heading"))
            if "x = 1" in page.text:
                assert page.text.count("x = 1") == 8


@pytest.mark.parametrize(
    ("generator", "tag", "end", "said"),
    [
        ("hexo", "{% blockquote %}", "{% endblockquote %}", ""),
        ("hexo", "{% blockquote Ada Lovelace, Notes %}", "{% endblockquote %}",
         "> — Ada Lovelace, Notes"),
        ("hexo", "{% blockquote @dev https://e.org/1 %}", "{% endblockquote %}",
         "> — @dev, [e.org](<https://e.org/1>)"),
        ("hexo", "{% blockquote Seth https://e.org/1 Island Marketing %}", "{% endblockquote %}",
         "> — Seth, [Island Marketing](<https://e.org/1>)"),
        ("hexo", "{% blockquote Ann, [Book](https://e.org/b) %}", "{% endblockquote %}",
         "> — Ann, [Book](<https://e.org/b>)"),
        ("jekyll", "{% quote Vec<T> & co %}", "{% endquote %}", "> — Vec\\<T> & co"),
        ("hugo", '{{< quote author="Ada" source="Notes" >}}', "{{< /quote >}}", "> — Ada, Notes"),
        ("hugo", '{{% blockquote author="Ada" link="https://e.org/1" title="Notes" %}}',
         "{{% /blockquote %}}", "> — Ada, [Notes](<https://e.org/1>)"),
        ("zola", '{% quote(author="Ada") %}', "{% end %}", "> — Ada"),
    ],
)  # fmt: skip
def test_a_quotation_names_its_author(generator: str, tag: str, end: str, said: str) -> None:
    shown = text(f"Before\n\n{tag}\nTo *be*.\n{end}\n\nAfter", generator)
    assert shown == "\n\n".join(
        filter(None, ["Before", "> To *be*." + (f"\n> \n{said}" if said else ""), "After"])
    )


def test_an_example_is_said_in_the_readers_language() -> None:
    (page,) = pages("{% include examples/a.html %}", GENERATORS["jekyll"].dialect)
    (part,) = page.parts
    assert isinstance(part, Text)
    assert part.said("Beispiel: auf der Website") == EXAMPLE.replace(
        "Example: on the site", "Beispiel: auf der Website"
    )


def test_a_page_has_room_for_examples_in_any_language() -> None:
    body = "\n\n".join(f"Word {n}\n\n{{% include examples/{n}.html %}}" for n in range(100))
    for page in pages(body, GENERATORS["jekyll"].dialect):
        texts = [part.said("w" * 200) for part in page.parts if isinstance(part, Text)]
        assert sum(map(len, texts)) <= 4_000
