"""Classes that might have been: each student answers from what the exercises know, in a hand of their own.

A hand is a set of habits (a name for the result, `np.square(x)` or `x * x`, constants first or last, intermediate
results or one long line), so that two honest answers of one kind differ as those of two people do.
"""

import ast
import copy
import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from coursekit.exercises import assignment
from coursekit.grading.reports.similarity.known import written

ROOT = Path(__file__).parents[3]
_NAMES = [
    f"{word}{end}" for word in ("out", "res", "tmp", "val", "ans", "acc", "part", "z", "q") for end in ("", "_", "1")
]


@cache
def release(id: str) -> str:
    return (ROOT / f"exercises/{id}/{id}.ipynb").read_text("utf-8")


@cache
def answers(id: str) -> dict[str, tuple[list[str], list[str]]]:
    """By exercise: right answers and wrong ones, as texts. The first right one is the solution's."""
    cells = json.loads((ROOT / f"solutions/{id}/{id}.ipynb").read_text("utf-8"))["cells"]
    solved = {cell["metadata"].get("nbgrader", {}).get("grade_id"): "".join(cell["source"]) for cell in cells}

    def texts(name: str, submissions: Any) -> list[str]:
        return [text for one in submissions if callable(one) for text in written(one, name)]

    return {
        name: (
            [solved[name], *texts(name, exercise.variants.values())],
            texts(name, (wrong.function for wrong in exercise.misconceptions)),
        )
        for name, exercise in assignment(id).exercises.items()
    }


class Hand(ast.NodeTransformer):
    """Rewrites an answer the way one person writes: the same meaning, other text."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.habits = {
            habit: rng.random() < 0.5 for habit in ("square", "method", "flip", "swap", "float", "name_result")
        }
        self.names = rng.sample(_NAMES, len(_NAMES))
        self.splits = rng.random() * 0.6
        self.taken: set[str] = set()

    def write(self, text: str) -> str:
        tree = ast.parse(text)
        for node in ast.walk(tree):  # its comments are gone with this, and its docstring
            if isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
                node.body = node.body[1:]
        return ast.unparse(ast.fix_missing_locations(self.visit(tree)))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.taken = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
        own = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        fresh = (name for name in self.names if name not in self.taken)
        renamed = {name: next(fresh, name) for name in sorted(own) if self.rng.random() < 0.6}
        node = Rename(renamed).visit(node)
        self.taken |= set(renamed.values())
        node.body = [made for statement in node.body for made in self._statement(statement)]
        return node

    def _statement(self, statement: ast.stmt) -> Iterator[ast.stmt]:
        statement = self.generic_visit(statement) if not isinstance(statement, ast.expr) else statement
        parts = [one for one in ast.walk(statement) if isinstance(one, (ast.Call, ast.BinOp))]
        # Nothing is taken out of a lambda, a loop or a comprehension: it may depend on what they bind.
        if isinstance(statement, (ast.Return, ast.Assign)) and not any(
            isinstance(one, (ast.Lambda, ast.comprehension)) for one in ast.walk(statement)
        ):
            for part in parts[1:]:
                name = next((one for one in self.names if one not in self.taken), None)
                if name and self.rng.random() < self.splits / 2:
                    self.taken.add(name)
                    yield ast.Assign([ast.Name(name, ast.Store())], copy.deepcopy(part), lineno=0)
                    statement = Replace(part, ast.Name(name, ast.Load())).visit(statement)
                    break
        if isinstance(statement, ast.Return) and self.habits["name_result"] and statement.value is not None:
            name = next((one for one in self.names if one not in self.taken), None)
            if name:
                self.taken.add(name)
                yield ast.Assign([ast.Name(name, ast.Store())], statement.value, lineno=0)
                statement = ast.Return(ast.Name(name, ast.Load()))
        yield statement

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant) and node.right.value == 2:
            if self.habits["square"]:
                return ast.parse(f"np.square({ast.unparse(node.left)})", mode="eval").body
            if isinstance(node.left, ast.Name):
                return ast.BinOp(node.left, ast.Mult(), copy.deepcopy(node.left))
        if isinstance(node.op, (ast.Mult, ast.Add)) and self.habits["swap"] and self.rng.random() < 0.7:
            node.left, node.right = node.right, node.left
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        mirrored = {ast.Gt: ast.Lt, ast.Lt: ast.Gt, ast.GtE: ast.LtE, ast.LtE: ast.GtE}
        if self.habits["flip"] and len(node.ops) == 1 and type(node.ops[0]) in mirrored:
            return ast.Compare(node.comparators[0], [mirrored[type(node.ops[0])]()], [node.left])
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = node.func
        if self.habits["method"] and isinstance(called, ast.Attribute) and node.args:
            known = ast.unparse(called) in ("np.sum", "np.mean", "np.max", "np.std")
            if known and isinstance(node.args[0], ast.Name):
                return ast.Call(ast.Attribute(node.args[0], called.attr, ast.Load()), node.args[1:], node.keywords)
        return node


class Rename(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg = self.names.get(node.arg, node.arg)
        return node


class Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else super().visit(node)


def honest(id: str, rng: random.Random) -> dict[str, str]:
    """One student's answers by exercise: half the usual solution, most of the rest right, some wrong."""
    hand = Hand(rng)
    given = {}
    for name, (right, wrong) in answers(id).items():
        roll = rng.random()
        if wrong and roll < 0.2:
            text = wrong[min(int(rng.expovariate(0.6)), len(wrong) - 1)]
        else:
            text = right[0] if roll < 0.6 else rng.choice(right)
        given[name] = hand.write(text)
    return given


def copied(given: dict[str, str], rng: random.Random, *, keep: float = 1.0) -> dict[str, str]:
    """A copy by someone who wants to hide it: every local name another, comments put in, the layout changed."""
    out = {}
    for name, text in given.items():
        if rng.random() > keep:
            continue
        tree = ast.parse(text)
        own = {one.id for one in ast.walk(tree) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        tree = Rename({old: f"my_{i}{old[:1]}" for i, old in enumerate(sorted(own))}).visit(tree)
        head, _, rest = ast.unparse(tree).partition("\n")
        out[name] = f'{head}\n    """my own words about {name}"""\n    # first I think\n\n{rest}\n'
    return out


def notebook(id: str, given: dict[str, str]) -> list[str]:
    """The code cells of the release with these answers in their places."""
    out = []
    for cell in json.loads(release(id))["cells"]:
        if cell["cell_type"] != "code":
            continue
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        out.append(given[name] if name in given else "".join(cell["source"]))
    return out


def class_of(id: str, size: int, *, seed: int = 1, pairs: int = 0) -> tuple[dict[str, dict[str, str]], list[set[str]]]:
    """Answers by student, and the planted pairs: the first copies nearly all of another's, disguised."""
    rng = random.Random(seed)
    given = {f"s{i:04}": honest(id, rng) for i in range(size)}
    names = rng.sample(sorted(given), 2 * pairs)
    planted = []
    for source, copier in zip(names[::2], names[1::2], strict=True):
        given[copier] = {**given[copier], **copied(given[source], rng, keep=0.8)}
        planted.append({source, copier})
    return given, planted
