"""Mutants of a module: one comparison, operator, constant or returned value changed at a time."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
ARITHMETIC = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class Mutant:
    """One change: the node by its place in the walk through the tree, and which part of it where it has several."""

    node: int
    part: int
    line: int
    before: str
    after: str


def mutants_of(source: str) -> list[Mutant]:
    """Return every mutant of a module's source."""
    tree = ast.parse(source)
    left_out = set(_declarations(tree))
    found = []
    for number, node in enumerate(ast.walk(tree)):
        if number in left_out:
            continue
        for part in range(_parts(node)):
            before = ast.unparse(node)
            changed = list(ast.walk(ast.parse(source)))[number]
            change(changed, part)
            found.append(Mutant(number, part, node.lineno, before, ast.unparse(changed)))
    return found


def mutated(source: str, mutant: Mutant) -> ast.Module:
    """Return a module's tree with one mutant in it."""
    tree = ast.parse(source)
    change(list(ast.walk(tree))[mutant.node], mutant.part)
    return ast.fix_missing_locations(tree)


def _parts(node: ast.AST) -> int:
    """Count the ways in which a node may be changed."""
    match node:
        case ast.Compare():
            return sum(type(op) in COMPARISONS for op in node.ops)
        case ast.BinOp():
            return int(type(node.op) in ARITHMETIC)
        case ast.Constant():
            return int(isinstance(node.value, bool | int | float) or _is_number(node.value))
        case ast.Return():
            return int(node.value is not None and not isinstance(node.value, ast.Constant))
        case ast.BoolOp():
            return 1
        case ast.UnaryOp():
            return int(isinstance(node.op, ast.Not))
    return 0


def change(node: ast.AST, part: int) -> None:
    """Change a node in place."""
    match node:
        case ast.Compare():
            node.ops[part] = COMPARISONS[type(node.ops[part])]()
        case ast.BinOp():
            node.op = ARITHMETIC[type(node.op)]()
        case ast.Constant(value=bool()):
            node.value = not node.value
        case ast.Constant(value=str()):
            node.value = f"{node.value}1"
        case ast.Constant():
            node.value += 1
        case ast.Return():
            node.value = ast.Constant(None)
        case ast.BoolOp():
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ast.UnaryOp():
            node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)


def _is_number(value: object) -> bool:
    return isinstance(value, str) and NUMBER.fullmatch(value) is not None


def _declarations(tree: ast.Module) -> Iterator[int]:
    """Number the nodes that say something to a type checker or a library, and change nothing that is computed."""
    numbers = {id(node): number for number, node in enumerate(ast.walk(tree))}
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            parts = [*node.decorator_list, node.returns]
        elif isinstance(node, ast.ClassDef):
            parts = [*node.decorator_list]
        elif isinstance(node, ast.arg | ast.AnnAssign):
            parts = [node.annotation]
        elif isinstance(node, ast.JoinedStr):
            parts = [node]
        for part in parts:
            if part is not None:
                yield from (numbers[id(each)] for each in ast.walk(part))
