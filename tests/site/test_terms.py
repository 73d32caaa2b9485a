"""What the index says of a term's places."""

from coursekit.site.terms import places

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
