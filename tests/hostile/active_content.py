"""Finds what would run, or load something from elsewhere, when a page is opened."""

import html.parser


def active_in(page: str) -> list[str]:
    """What a browser would act on in this HTML."""
    parser = _Active()
    parser.feed(page)
    return parser.found


class _Active(html.parser.HTMLParser):
    """Collects what would run or load something when a page is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "iframe", "object", "embed", "form", "base", "link", "svg", "button"}:
            self.found.append(tag)
        if tag == "meta" and (dict(attrs).get("http-equiv") or "").lower() not in ("", "content-security-policy"):
            self.found.append(f"{tag} {attrs}")
        for name, value in attrs:
            text = (value or "").strip().lower()
            if (
                name.startswith("on")
                or name in {"srcdoc", "formaction"}
                or text.startswith(("javascript:", "vbscript:"))
            ):
                self.found.append(f"{tag} {name}={value}")
            if name in {"src", "href", "poster", "data"} and text.startswith(("http:", "https:", "//")):
                self.found.append(f"{tag} {name}={value}")
