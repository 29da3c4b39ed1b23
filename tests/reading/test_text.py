"""What full-text search gets to see: words, and no marks around them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blog.dialect import HTML, PLAIN, Dialect
from bot.reading.passages import count_words, words_of
from bot.reading.plain import Syntax
from tests.reading.desk import ANY


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("# Rain\n\nIt **rained** on `roofs`.", "Rain\n\nIt rained on roofs."),
        ("- one\n- two\n\n> three\n\n1. four", "one\ntwo\n\nthree\n\nfour"),
        ("Rain\n====\n\nIt\n---\n", "Rain\n\n\nIt"),
        ("See [the street](https://a.example/b 'c').", "See the street."),
        ("![A drop](/drop.png)", "A drop"),
        ("<p class='wet'>It <b>rained</b></p>", "It  rained"),
        ("<a href='/x'>Rain</a>, <b>all</b> day", "Rain,  all  day"),
        ("- one\n\t- two\n\t1. three", "one\ntwo\nthree"),
        ("{% include x.html %}It {{ verb }} rained", "It   rained"),
        ("Caf&eacute; &amp; rain", "Café & rain"),
        ("```python\nprint(rain[0])\n```", "print(rain[0])"),
        ("a\n\n- ~~~py\n  b\n  ~~~\n", "a\n\n\n  b"),
        (
            "It *rained* on _all_ roofs, 2*3*4 of my_own_roofs",
            "It rained on all roofs, 2*3*4 of my_own_roofs",
        ),
        ("Rain[^1] fell\n\n[^1]: Lots of it.", "Rain fell\n\n Lots of it."),
        ("See [the street][s].\n\n[s]: https://a.example", "See the street."),
        ("a[0][1] is no link", "a[0][1] is no link"),
        ("a [[street|the street]] and [[Rain]]", "a the street and Rain"),
        ("| a | b |\n|---|:-:|\n| 1 | 2 |\n\nx | y", "a, b\n1, 2\n\nx | y"),
        ("a | b\n--- | ---\n1 | 2", "a, b\n1, 2"),
        ("a < b and c > d", "a < b and c > d"),
        ("`Optional<Doohickey>` and `${{ x.y }}`", "Optional<Doohickey> and ${{ x.y }}"),
        ("`` a ` **b** `` **c**", "a ` **b**  c"),
        ("a ` **b**", "a  b"),
        ("> [!NOTE] Rain\n> falls", "Rain\nfalls"),
        ("> [!tip]- Rain", "Rain"),
        (":::warning[Mind *rain*]{.wet}\nIt falls.\n:::", "Mind rain\nIt falls."),
        ("::: tip\nIt falls.\n:::", "It falls."),
        ("**respond\\*** to \\_all\\_ 1\\. a", "respond* to _all_ 1. a"),
        ("| a | b |\n|---|---|\n| 1 \\| 2 |  |\n| | 4 |", "a, b\n1 | 2\n4"),
        ("a `\n\n**b** ` c", "a \n\nb  c"),
        (
            "```c\n#include <stdio.h>\n- [x](y)\n```\n\n<b>c</b>",
            "#include <stdio.h>\n- [x](y)\n\n\n c",
        ),
        ("~~~\n{% macro foo %}\n```\n~~~\n{% tag %}", "{% macro foo %}\n```"),
        ("- ```\n  a[[nodiscard]]\n  ```\n[[b]]", "a[[nodiscard]]\n\nb"),
        ("```\n<never> closed", "<never> closed"),
        ("<pre><code>{{ a }} [[b]] &lt;c&gt;</code></pre> {{ d }}", "{{ a }} [[b]] <c>"),
        ("<code>never {{ closed }}", "never"),
    ],
)
def test_words_lose_their_marks(body: str, words: str) -> None:
    assert words_of(body, Syntax.of(body, ANY)) == words


@pytest.mark.parametrize(
    ("dialect", "body", "words"),
    [
        (HTML, "<p>${{ secrets.X }} {% macro foo %} [[a]] *b* [c](d)</p>",
         "${{ secrets.X }} {% macro foo %} [[a]] *b* [c](d)"),
        (HTML, "<style>p {}</style><p>&lt;T&gt;</p><script>x()</script>", "<T>"),
        (PLAIN, "${{ secrets.X }} {% macro foo %} a[[nodiscard]] %%b%%",
         "${{ secrets.X }} {% macro foo %} a[[nodiscard]] %%b%%"),
        (PLAIN, "Vec<T> and Map<String, int> <b class='x'>c</b>", "Vec<T> and Map<String, int>  c"),
        (PLAIN, "[SEC][ANN] [^a-z]", "[SEC][ANN] [^a-z]"),
        (PLAIN, "__init__ is __Bold type__ _too_", "__init__ is Bold type too"),
        (Dialect(shortcodes=True), "{{ x }} {{< y >}} {{% y %}} {% z %}", "{{ x }}     {% z %}"),
        (Dialect(tags=True, outputs=True), "{{ x }} {% y %} [[z]]", "[[z]]"),
        (Dialect(tags=True, outputs=True),
         "`{% raw %}{{ x }}{% endraw %}` {# no #} {% raw %}{% y %}{% endraw %}",
         "{{ x }}   {% y %}"),
        (Dialect(tags=True), "{% highlight c %}\nMap<T> {{ x }} *y*\n{% endhighlight %}\n{% z %}",
         "Map<T> {{ x }} *y*"),
        (Dialect(shortcodes=True), "{{< highlight go >}}\n{{< x >}} a[b](c)\n{{< /highlight >}}",
         "{{< x >}} a[b](c)"),
        (Dialect(tags=True, outputs=True),
         "{% set a %}<b>c</b>{% endset %}{{ a | highlight('html') }}", "<b>c</b>"),
        (Dialect(tags=True), "{% set a %}<b>c</b>{% endset %}", "c"),
        (Dialect(tags=True), "{% codeblock lang:c %}\n{% x %} <b>\n{% endcodeblock %}",
         "{% x %} <b>"),
        (Dialect(wikilinks=True), "{{ x }} [[y|z]] %%c%%", "{{ x }} z"),
        (PLAIN, "[a link\nover lines](/x) [[1]](#one) [b](c_(d)) [![e](f)](g)",
         "a link\nover lines [1] b e"),
        (Dialect(mdx=True), "<Intro>x</Intro> {{ y }}", "x  {{ y }}"),
    ],
)  # fmt: skip
def test_marks_are_words_where_no_generator_reads_them(
    dialect: Dialect, body: str, words: str
) -> None:
    assert words_of(body, Syntax.of(body, dialect)) == words


@given(st.lists(st.text(alphabet=st.characters(categories=["Lu", "Ll"]), min_size=1)))
def test_plain_words_all_stay_and_are_counted(words: list[str]) -> None:
    text = " ".join(words)
    assert words_of(text, Syntax(ANY)) == text
    assert count_words(text) == len(words)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0), (" ", 0), ("one", 1), ("\none\ttwo  three\n", 3), ("日本語", 2),
        ("日本語 and 日本", 4), ("한국어", 2), ("naïve café", 2),
    ],
)  # fmt: skip
def test_words_are_counted(text: str, count: int) -> None:
    assert count_words(text) == count
