"""Random items, and random expressions over them as the trees of expression_model.py, with their texts."""

import decimal

from conformance.dynamodb import expression_model as model

NAMES = ["aa", "bb", "cc", "dd", "status", "x.y", "_z"]  # some need a placeholder
NEEDS_PLACEHOLDER = {"status", "x.y", "_z"}
COMPARATORS = ["=", "<>", "<", "<=", ">", ">="]
TYPES = ["S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"]


class Maker:
    def __init__(self, random):
        self.random = random

    def chance(self, share):
        return self.random.random() < share

    # --- values

    def number(self):
        digits = self.random.choice([1, 1, 1, 2, 5])
        number = decimal.Decimal(self.random.randrange(-(10**digits), 10**digits + 1))
        return model.number_text(number.scaleb(self.random.choice([0, 0, 0, -1, -2, 3])))

    def text(self):
        return "".join(self.random.choice(["a", "b", "ab", "é", "漢", "𝄞", ""]) for _ in range(self.random.randrange(4)))

    def value(self, kinds=TYPES, depth=0):
        kind = self.random.choice([k for k in kinds if depth < 3 or k not in ("L", "M")] or ["S"])
        some = range(self.random.randrange(1, 4))
        if kind == "L":
            return {"L": [self.value(depth=depth + 1) for _ in range(self.random.randrange(4))]}
        if kind == "M":
            count = self.random.randrange(4)
            return {"M": {name: self.value(depth=depth + 1) for name in self.random.sample(NAMES, count)}}
        return {
            "S": lambda: {"S": self.text()},
            "N": lambda: {"N": self.number()},
            "B": lambda: {"B": self.text().encode()},
            "BOOL": lambda: {"BOOL": self.chance(0.5)},
            "NULL": lambda: {"NULL": True},
            "SS": lambda: {"SS": sorted({self.text() for _ in some})},
            "NS": lambda: {"NS": sorted({self.number() for _ in some})},
            "BS": lambda: {"BS": sorted({self.text().encode() for _ in some})},
        }[kind]()

    def item(self):
        return {name: self.value() for name in NAMES if self.chance(0.8)}

    # --- operands

    def path(self, item=None):
        """Mostly one that leads somewhere in `item`."""
        steps = [self.random.choice(NAMES)]
        while self.chance(0.5) and len(steps) < 5:
            value = model.value_at(steps, item or {})
            kind = model.type_of(value) if value else None
            if kind == "M" and value["M"] and self.chance(0.9):
                steps.append(self.random.choice(sorted(value["M"])))
            elif kind == "L" and self.chance(0.9):
                steps.append(self.random.randrange(len(value["L"]) + 2))
            elif self.chance(0.2):
                steps.append(self.random.choice([*NAMES, 0, 1]))
            else:
                break
        return "path", steps

    def constant(self, item, path, kinds=TYPES):
        """Often the value at the path itself, or another of its type."""
        value = model.value_at(path[1], item)
        if value and model.type_of(value) in kinds and self.chance(0.7):
            return "value", value if self.chance(0.5) else self.value([model.type_of(value)])
        return "value", self.value(kinds)

    def other(self, item, path, kinds=TYPES):
        if self.chance(0.8):
            return self.constant(item, path, kinds)
        other = self.path(item)
        return other if other != path else self.constant(item, path, kinds)

    # --- conditions

    def leaf(self, item):
        path = self.path(item)
        ordered = ["S", "N", "B"]
        choice = self.random.randrange(9)
        if choice == 0:
            return self.random.choice(["attribute_exists", "attribute_not_exists"]), path
        if choice == 1:
            return "attribute_type", path, ("value", {"S": self.random.choice(TYPES)})
        if choice == 2:
            return "begins_with", path, self.other(item, path, ["S", "B"])
        if choice == 3:
            return "contains", path, self.part(item, path)
        if choice == 4:
            return self.between(item, path, self.random.choice(ordered))
        if choice == 5:
            return "in", path, [self.other(item, path) for _ in range(self.random.randrange(1, 4))]
        if choice == 6:
            return self.random.choice(COMPARATORS), ("size", path), ("value", {"N": str(self.random.randrange(4))})
        sign = self.random.choice(COMPARATORS)
        operands = [path, self.other(item, path, TYPES if sign in ("=", "<>") else ordered)]
        self.random.shuffle(operands)
        return sign, *operands

    def part(self, item, path):
        value = model.value_at(path[1], item)
        kind = model.type_of(value) if value else None
        if self.chance(0.7) and kind == "L" and value["L"]:
            return "value", self.random.choice(value["L"])
        if self.chance(0.7) and kind in model.SETS:
            return "value", {kind[0]: self.random.choice(value[kind])}
        return self.other(item, path)

    def between(self, item, path, kind):
        bounds = [self.value([kind]), self.value([kind])]
        value = model.value_at(path[1], item)
        if value and model.type_of(value) == kind and self.chance(0.3):
            bounds[0] = value
        bounds.sort(key=model.rank)
        return "between", path, ("value", bounds[0]), ("value", bounds[1])

    def condition(self, item, depth=0):
        choice = self.random.randrange(5)
        if depth > 2 or choice < 2:
            return self.leaf(item)
        if choice == 2:
            return "not", self.condition(item, depth + 1)
        parts = [self.condition(item, depth + 1) for _ in range(self.random.randrange(2, 4))]
        return self.random.choice(["and", "or"]), parts

    # --- updates

    def right(self, item, depth=0):
        choice = self.random.randrange(6)
        path = self.path(item)
        if choice == 0 or depth > 1:
            return path if self.chance(0.3) else self.constant(item, path)
        if choice == 1:
            inner = self.right(item, depth + 1)
            good = inner[0] not in ("+", "-") and inner != path
            return "if_not_exists", path, inner if good else self.constant(item, path)
        if choice == 2:
            operands = [self.of_kind(item, "L"), self.of_kind(item, "L")]
            return "list_append", *operands
        if choice == 3 and depth == 0:
            return self.random.choice("+-"), self.of_kind(item, "N"), self.of_kind(item, "N")
        return "value", self.value()

    def of_kind(self, item, kind):
        fitting = [name for name, value in item.items() if model.type_of(value) == kind]
        if fitting and self.chance(0.6):
            return "path", [self.random.choice(fitting)]
        if self.chance(0.1):
            return self.path(item)
        constant = "value", self.value([kind])
        return constant if self.chance(0.7) else ("if_not_exists", self.path(item), constant)

    def update(self, item):
        """Actions whose paths are apart."""
        taken, actions = [], []
        for _ in range(self.random.randrange(1, 6)):
            path = self.path(item)
            if any(not self.apart(path[1], other) for other in taken):
                continue
            taken.append(path[1])
            verb = self.random.choice(["set", "set", "set", "remove", "add", "delete"])
            if verb == "set":
                actions.append(("set", path, self.right(item)))
            elif verb == "remove":
                actions.append(("remove", path))
            else:
                kinds = ["SS", "NS", "BS"] + (["N"] if verb == "add" else [])
                actions.append((verb, path, self.constant(item, path, kinds)))
        return actions

    def apart(self, a, b):
        for x, y in zip(a, b):
            if x != y:
                return isinstance(x, int) == isinstance(y, int)
        return False

    def projection(self, item):
        taken = []
        for _ in range(self.random.randrange(1, 5)):
            path = self.path(item)
            if all(self.apart(path[1], other[1]) for other in taken):
                taken.append(path)
        return taken


class Text:
    """Writes trees as the text of a request, with its names and values."""

    def __init__(self, random):
        self.random = random
        self.names, self.values = {}, {}

    def arguments(self):
        out = {"ExpressionAttributeNames": self.names, "ExpressionAttributeValues": self.values}
        return {name: given for name, given in out.items() if given}

    def path(self, tree):
        out = ""
        for step in tree[1]:
            if isinstance(step, int):
                out += f"[{step}]"
                continue
            if step in NEEDS_PLACEHOLDER or self.random.random() < 0.2:
                placeholder = f"#n{NAMES.index(step)}"
                self.names[placeholder] = step
                step = placeholder
            out += ("." if out else "") + step
        return out

    def operand(self, tree):
        name = tree[0]
        if name == "path":
            return self.path(tree)
        if name == "value":
            placeholder = f":v{len(self.values)}"
            self.values[placeholder] = tree[1]
            return placeholder
        if name in "+-":
            text = f"{self.operand(tree[1])} {name} {self.operand(tree[2])}"
            return f"({text})" if self.random.random() < 0.2 else text
        return f"{name}({', '.join(self.operand(part) for part in tree[1:])})"

    def word(self, word):
        return self.random.choice([word.upper(), word.lower(), word.capitalize()])

    def condition(self, tree, inner=False):
        name, *rest = tree
        if name in ("and", "or"):
            text = f" {self.word(name)} ".join(self.condition(part, True) for part in rest[0])
            return f"({text})" if inner else text
        if name == "not":
            return f"{self.word('not')} {self.condition(rest[0], True)}"
        if name == "in":
            return f"{self.operand(rest[0])} {self.word('in')} ({', '.join(map(self.operand, rest[1]))})"
        if name == "between":
            a, low, high = map(self.operand, rest)
            return f"{a} {self.word('between')} {low} {self.word('and')} {high}"
        if name in COMPARATORS:
            return f"{self.operand(rest[0])} {name} {self.operand(rest[1])}"
        return self.operand(tree)

    def update(self, actions):
        sections = []
        for verb in self.random.sample(["set", "remove", "add", "delete"], 4):
            texts = [self.action(action) for action in actions if action[0] == verb]
            if texts:
                sections.append(f"{self.word(verb)} {', '.join(texts)}")
        return " ".join(sections)

    def action(self, action):
        verb, path, *rest = action
        joint = " = " if verb == "set" else " "
        return self.path(path) + (joint + self.operand(rest[0]) if rest else "")
