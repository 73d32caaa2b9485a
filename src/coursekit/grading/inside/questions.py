"""Cases, kinds of results and answers as messages."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from coursekit.exercises import kinds
from coursekit.exercises.asking import Answer
from coursekit.exercises.cases import Case, Given, Made, Seeded
from coursekit.exercises.kinds import Kind, Several, Unread, UnreadableError
from coursekit.grading.inside.wire import WireError, clean, decode, encode

_KINDS: dict[str, type[Kind]] = {
    kind.__name__: kind
    for kind in (
        kinds.ArrayOf,
        kinds.Number,
        kinds.Flag,
        kinds.Text,
        kinds.Opaque,
        kinds.ListOf,
        kinds.DictOf,
        kinds.Optional,
        kinds.Series,
        kinds.Plain,
    )
}
_TEXT = 1000
_MESSAGES = 50


def pack_case(case: Case) -> tuple[Any, bytes]:
    """What of a case the student's process is sent: how to call, not what is looked at."""
    return encode([case.args, dict(case.kwargs), case.view], _outward)


def unpack_case(plain: Any, blob: bytes | memoryview) -> Case:
    """The case that was sent; makers of functions are looked up among the modules named `callbacks`."""
    args, kwargs, view = decode(plain, blob, _inward)
    return Case(args=args, kwargs=kwargs, view=view)


def _outward(part: Any, pack: Callable[[Any], Any]) -> Any:
    if isinstance(part, Seeded):
        return ["seeded", part.seed]
    if isinstance(part, Given):
        return ["given", part.function, pack(tuple(part.args)), part.pick]
    if isinstance(part, Made):
        module, name = part.maker.__module__, part.maker.__qualname__
        if module.rpartition(".")[2] != "callbacks" or not name.isidentifier():
            raise WireError(f"the maker of a function must stand in a module named callbacks, not in {module}")
        return ["made", module, name, pack(tuple(part.args))]
    if isinstance(part, Mapping):
        return pack(dict(part))
    raise WireError(f"a value of type {type(part).__name__} cannot be sent")


def _inward(tag: str, rest: Sequence[Any], unpack: Callable[[Any], Any]) -> Any:
    match tag, rest:
        case "seeded", [int() as seed]:
            return Seeded(seed)
        case "given", [str() as function, args, int() | None as pick]:
            return Given(function, unpack(args), pick)
        case "made", [str() as module, str() as name, args]:
            if module.rpartition(".")[2] != "callbacks":
                raise WireError("a maker outside of the callbacks")
            return Made(getattr(CALLBACKS.get(module) or sys.modules[module], name), unpack(args))
    raise WireError("an unknown tag")


#: The callbacks of the assignment, kept by whoever takes them out of `sys.modules`.
CALLBACKS: dict[str, Any] = {}


def pack_kind(kind: Kind) -> Any:
    """A kind of result, by its name and fields."""
    if type(kind) is Several:
        return ["Several", {name: pack_kind(part) for name, part in kind.parts.items()}]
    name = type(kind).__name__
    if _KINDS.get(name) is not type(kind):
        raise WireError(f"the kind {name} cannot be sent")
    values = {field.name: getattr(kind, field.name) for field in fields(kind)}  # type: ignore[arg-type]
    return [name, {key: pack_kind(part) if isinstance(part, Kind) else bool(part) for key, part in values.items()}]


def unpack_kind(plain: Any) -> Kind:
    """The kind that was sent."""
    name, parts = plain
    if name == "Several":
        return Several(**{key: unpack_kind(part) for key, part in parts.items()})
    return _KINDS[name](**{key: part if isinstance(part, bool) else unpack_kind(part) for key, part in parts.items()})


def pack_answer(answer: Answer) -> tuple[Any, bytes]:
    """An answer as the student's process sends it."""
    value, blob = encode(answer.value)
    rest = [answer.error, list(answer.changed), list(answer.warnings)[:_MESSAGES], answer.printed, answer.stopped]
    return [value, *rest, list(answer.replaced)[:_MESSAGES]], blob


def unpack_answer(plain: Any, blob: bytes | memoryview, kind: Kind, names: Sequence[str]) -> Answer:
    """The answer that came, if it is one to a question of this kind about parameters of these names.

    Raises `WireError` where it is not.
    """
    if type(plain) is not list or len(plain) != 7:
        raise WireError("no answer")
    value, error, changed, warnings, printed, stopped, replaced = plain
    if error is not None and type(error) is not str:
        raise WireError("no answer")
    if type(printed) is not str or type(stopped) is not bool:
        raise WireError("no answer")
    read, named = decode(value, blob, text=_TEXT), _texts(changed)
    return Answer(
        value=_verified(read, kind) if error is None else None,
        error=None if error is None else clean(error, _TEXT),
        changed=tuple(name for name in names if name in named),
        warnings=_texts(warnings),
        printed=clean(printed, 2000),
        stopped=stopped,
        replaced=_texts(replaced),
    )


def _texts(plain: Any) -> tuple[str, ...]:
    if type(plain) is not list or len(plain) > _MESSAGES or any(type(text) is not str for text in plain):
        raise WireError("no texts")
    return tuple(clean(text, 300) for text in plain)


def _verified(value: Any, kind: Kind) -> Any:
    """The value, once more read as the kind that was asked for: the sender may have left that out."""
    try:
        if type(kind) is Several:
            parts = list(kind.parts.values())
            if type(value) is not tuple or len(value) != len(parts):
                raise WireError("not the results that were asked for")
            return tuple(one if type(one) is Unread else part.read(one) for one, part in zip(value, parts, strict=True))
        return kind.read(value)
    except UnreadableError as problem:
        raise WireError(f"not of the kind that was asked for: {problem}") from None
