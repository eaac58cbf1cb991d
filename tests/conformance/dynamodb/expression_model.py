"""What DynamoDB's conditions, updates and projections mean, said a second time and as simply as possible.

Expressions are trees of tuples here; `render` writes one as the text and placeholders of a request. Values are DynamoDB
JSON ({"S": "text"}); an item is a dict of them.

  path       ("path", ["a", "b", 0])
  operands   path | ("value", {"N": "1"}) | ("size", operand)
  conditions ("and", [conditions]) | ("or", [conditions]) | ("not", condition) | ("=", a, b), … | ("between", a, lo, hi)
             | ("in", a, [operands]) | ("attribute_exists", path) | ("attribute_not_exists", path)
             | ("attribute_type", path, value) | ("begins_with", a, b) | ("contains", a, b)
  right      operands | ("+", a, b) | ("-", a, b) | ("if_not_exists", path, right) | ("list_append", a, b)
  update     [("set", path, right) | ("remove", path) | ("add", path, value) | ("delete", path, value)]
"""

import base64
import copy
import decimal

ARITHMETIC = decimal.Context(prec=80)
ORDERED = {"S", "N", "B"}
SETS = {"SS", "NS", "BS"}

WRONG_TYPE = "An operand in the update expression has an incorrect data type"
WRONG_PATH = "The document path provided in the update expression is invalid for update"
NO_OPERAND = "The provided expression refers to an attribute that does not exist in the item"


class Refused(Exception):
    pass


# --- values


def type_of(value):
    return next(iter(value))


def plain(value):
    """A form in which equal values are equal: numbers by value, sets without order."""
    kind, content = next(iter(value.items()))
    if kind == "N":
        return kind, decimal.Decimal(content)
    if kind == "NS":
        return kind, frozenset(decimal.Decimal(n) for n in content)
    if kind in ("SS", "BS"):
        return kind, frozenset(bytes(b) if kind == "BS" else b for b in content)
    if kind == "L":
        return kind, tuple(plain(v) for v in content)
    if kind == "M":
        return kind, tuple(sorted((name, plain(v)) for name, v in content.items()))
    return kind, bytes(content) if kind == "B" else content


def plain_item(item):
    return {name: plain(value) for name, value in item.items()}


def rank(value):
    """What values of one ordered type are ordered by."""
    kind, content = plain(value)
    return content.encode() if kind == "S" else content


def number_text(number):
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


# --- paths


def value_at(path, item):
    """None: there is nothing."""
    value = {"M": item}
    for step in path:
        kind = type_of(value)
        if isinstance(step, int):
            if kind != "L" or step >= len(value["L"]):
                return None
            value = value["L"][step]
        else:
            if kind != "M" or step not in value["M"]:
                return None
            value = value["M"][step]
    return value


# --- conditions


def operand(tree, item):
    if tree[0] == "path":
        return value_at(tree[1], item)
    if tree[0] == "value":
        return tree[1]
    value = operand(tree[1], item)
    if value is None or type_of(value) in ("N", "BOOL", "NULL"):
        return None
    kind, content = next(iter(value.items()))
    return {"N": str(len(content.encode("utf-16-le")) // 2 if kind == "S" else len(content))}


def compare(sign, a, b):
    if a is None or b is None:
        return sign == "<>"
    if sign in ("=", "<>"):
        return (plain(a) == plain(b)) == (sign == "=")
    if type_of(a) != type_of(b) or type_of(a) not in ORDERED:
        return False
    x, y = rank(a), rank(b)
    return {"<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y}[sign]


def contains(whole, part):
    if whole is None or part is None:
        return False
    kind, element = type_of(whole), type_of(part)
    if kind == "L":
        return any(plain(v) == plain(part) for v in whole["L"])
    if kind in SETS:
        return kind == element + "S" and plain(part)[1] in plain(whole)[1]
    return kind == element and kind in ("S", "B") and plain(part)[1] in plain(whole)[1]


def begins_with(text, prefix):
    if text is None or prefix is None or type_of(text) != type_of(prefix) or type_of(text) not in ("S", "B"):
        return False
    return plain(text)[1].startswith(plain(prefix)[1])


def holds(tree, item):
    name, *rest = tree
    if name == "and":
        return all(holds(part, item) for part in rest[0])
    if name == "or":
        return any(holds(part, item) for part in rest[0])
    if name == "not":
        return not holds(rest[0], item)
    if name == "in":
        value = operand(rest[0], item)
        return any(compare("=", value, operand(candidate, item)) for candidate in rest[1])
    values = [operand(part, item) for part in rest]
    if name == "between":
        return compare(">=", values[0], values[1]) and compare("<=", values[0], values[2])
    if name == "attribute_exists":
        return values[0] is not None
    if name == "attribute_not_exists":
        return values[0] is None
    if name == "attribute_type":
        return values[0] is not None and type_of(values[0]) == values[1]["S"]
    if name == "begins_with":
        return begins_with(*values)
    if name == "contains":
        return contains(*values)
    return compare(name, *values)


# --- updates


def right_side(tree, item):
    name = tree[0]
    if name in ("path", "value"):
        value = operand(tree, item)
        if value is None:
            raise Refused(NO_OPERAND)
        return value
    if name == "if_not_exists":
        value = operand(tree[1], item)
        return right_side(tree[2], item) if value is None else value
    a = right_side(tree[1], item)
    wanted = "L" if name == "list_append" else "N"
    if type_of(a) != wanted:
        raise Refused(WRONG_TYPE)
    b = right_side(tree[2], item)
    if type_of(b) != wanted:
        raise Refused(WRONG_TYPE)
    if name == "list_append":
        return {"L": a["L"] + b["L"]}
    x, y = decimal.Decimal(a["N"]), decimal.Decimal(b["N"])
    return {"N": number_text(ARITHMETIC.add(x, y) if name == "+" else ARITHMETIC.subtract(x, y))}


def add(current, value):
    if current is None:
        return value
    kind = type_of(value)
    if type_of(current) != kind:
        raise Refused(WRONG_TYPE)
    if kind == "N":
        return {"N": number_text(ARITHMETIC.add(decimal.Decimal(current["N"]), decimal.Decimal(value["N"])))}
    elements = {plain({kind[0]: v}): v for v in current[kind] + value[kind]}
    return {kind: list(elements.values())}


def delete(current, value):
    """None: nothing is left."""
    kind = type_of(value)
    if type_of(current) != kind:
        raise Refused(WRONG_TYPE)
    gone = plain(value)[1]
    left = [v for v in current[kind] if plain({kind[0]: v})[1] not in gone]
    return {kind: left} if left else None


def effects(update, item):
    """[(path, value or None)], all worked out from the item before; and every reason to refuse."""
    out, reasons = [], set()
    for verb, path, *rest in update:
        steps = path[1]
        if len(steps) > 1:
            parent = value_at(steps[:-1], item)
            if parent is None or type_of(parent) != ("L" if isinstance(steps[-1], int) else "M"):
                reasons.add(WRONG_PATH)
        current = value_at(steps, item)
        try:
            if verb == "set":
                out.append((steps, right_side(rest[0], item)))
            elif verb == "remove":
                out.append((steps, None))
            elif verb == "add":
                out.append((steps, add(current, rest[0][1])))
            elif current is not None:
                out.append((steps, delete(current, rest[0][1])))
        except Refused as refused:
            reasons.add(str(refused))
    return out, reasons


def apply(update, item):
    """(the item after, None) or (None, the messages of which one is the answer)."""
    changes, reasons = effects(update, item)
    if reasons:
        return None, reasons
    new = copy.deepcopy(item)
    lists = {}  # indexes are those before: elements that go or come wait until all others are written
    for steps, value in changes:
        container = {"M": new} if len(steps) == 1 else value_at(steps[:-1], new)
        if type_of(container) == "M":
            if value is None:
                container["M"].pop(steps[-1], None)
            else:
                container["M"][steps[-1]] = copy.deepcopy(value)
        elif steps[-1] < len(container["L"]) and value is not None:
            container["L"][steps[-1]] = copy.deepcopy(value)
        else:
            lists.setdefault(id(container["L"]), (container["L"], []))[1].append((steps[-1], value))
    for elements, changed in lists.values():
        gone = {index for index, value in changed if value is None}
        appended = [value for _, value in sorted((c for c in changed if c[1] is not None), key=lambda c: c[0])]
        elements[:] = [v for i, v in enumerate(elements) if i not in gone] + copy.deepcopy(appended)
    return new, None


# --- projections


def project(paths, item):
    def part(value, wanted):
        if any(not steps for steps in wanted):
            return value
        kind = type_of(value)
        if kind == "M":
            out = {}
            for name in {steps[0] for steps in wanted if not isinstance(steps[0], int)} & value["M"].keys():
                inner = part(value["M"][name], [steps[1:] for steps in wanted if steps[0] == name])
                if inner is not None:
                    out[name] = inner
            return {"M": out} if out else None
        if kind == "L":
            indexes = sorted({steps[0] for steps in wanted if isinstance(steps[0], int)})
            inner = [part(value["L"][i], [steps[1:] for steps in wanted if steps[0] == i and isinstance(steps[0], int)])
                     for i in indexes if i < len(value["L"])]
            out = [v for v in inner if v is not None]
            return {"L": out} if out else None
        return None

    found = part({"M": item}, [path[1] for path in paths])
    return found["M"] if found else {}


def binary(value):
    """boto3 gives and takes bytes; the tables of cases have base64 text."""
    kind, content = next(iter(value.items()))
    if kind == "B":
        return {kind: base64.b64decode(content)}
    if kind == "BS":
        return {kind: [base64.b64decode(v) for v in content]}
    if kind == "L":
        return {kind: [binary(v) for v in content]}
    if kind == "M":
        return {kind: {name: binary(v) for name, v in content.items()}}
    return value
