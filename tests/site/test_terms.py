"""What the index says of a term's places."""

from coursekit.site.terms import lines, places

TITLES = {"glossary": "Glossary", "chapters/loop": "The training loop"}


def test_a_place_is_named_by_its_page_and_counted_from_the_second_on():
    links = [
        ("main", "glossary.html#term-step"),
        ("", "chapters/loop.html#index-0"),
        ("", "chapters/loop.html#index-3"),
    ]
    assert places(links, TITLES) == [
        ("Glossary", "glossary.html#term-step"),
        ("The training loop", "chapters/loop.html#index-0"),
        ("2", "chapters/loop.html#index-3"),
    ]


def test_a_term_is_listed_once_and_may_send_the_reader_to_another():
    entries = [
        ("Newton's method", ([("", "chapters/loop.html#index-7")], [], None)),
        ("Newton’s method", ([("main", "glossary.html#term-newton")], [], None)),
        ("norm", ([], [("of a gradient", [("", "chapters/loop.html#index-9")])], None)),
        ("SGD", ([], [("see stochastic gradient descent", [])], None)),
    ]
    newton, norm, sgd = lines(entries, TITLES)
    assert newton.name == "Newton’s method"
    assert [label for label, _ in newton.places] == ["Glossary", "The training loop"]
    assert (norm.name, len(norm.places)) == ("norm, of a gradient", 1)
    assert (sgd.name, sgd.places, sgd.see) == ("SGD", [], ["stochastic gradient descent"])
