#!/usr/bin/env python3
"""Writes C++ from a service model: tools/codegen.py models/SERVICE.json OUT_DIR makes OUT_DIR/SERVICE.{h,cc}.

The header has a struct for each structure (names verbatim from AWS), constants for enum values, and a function for
each error. The source has only constexpr tables of wire/shape.h: parsing and serializing are written once, in
src/wire, and driven by them.
"""

import json
import pathlib
import re
import sys

KEYWORDS = set("""alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl concept const
consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default delete do double
dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable namespace new
noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires return short
signed sizeof static static_assert static_cast struct switch template this thread_local throw true try typedef typeid
typename union unsigned using virtual void volatile wchar_t while xor xor_eq
NULL EOF NAN INFINITY TRUE FALSE""".split())  # the last line: macros

SCALARS = {
    "string": ("std::string", "String"), "character": ("std::string", "String"), "blob": ("std::string", "Blob"),
    "integer": ("std::int64_t", "Integer"), "long": ("std::int64_t", "Long"), "float": ("double", "Float"),
    "double": ("double", "Double"), "boolean": ("bool", "Boolean"), "timestamp": ("Instant", "Timestamp"),
}
ARITHMETIC = {"std::int64_t", "double", "bool"}
MOST_LIGHT = 4
LOCATIONS = {"header": "Header", "headers": "HeaderPrefix", "querystring": "QueryString", "uri": "Uri",
             "statusCode": "StatusCode"}
TIMESTAMPS = {"rfc822": "HttpDate", "httpDate": "HttpDate", "iso8601": "Iso8601", "dateTime": "Iso8601",
              "unixTimestamp": "EpochSeconds", "epochSeconds": "EpochSeconds"}
PROTOCOLS = {"json": "Json", "rest-json": "RestJson", "rest-xml": "RestXml", "query": "Query"}

# Shapes with a hand-written C++ type: name -> (type, codec). A map of DynamoDB attribute values is an item, except
# where its keys are placeholders of an expression and not attribute names.
CUSTOM_VALUE = ("::orrery::item::Value", "::orrery::item::kValueCodec")
CUSTOM_ITEM = ("::orrery::item::Item", "::orrery::item::kItemCodec")
CUSTOM_SERVICES = {"dynamodb", "dynamodbstreams"}
CUSTOM_INCLUDE = "item/value.h"
# Declared here and not by inclusion of item/codec.h, which brings simdjson (4 s of compile time).
CUSTOM_DECLARATIONS = """namespace orrery::item {
extern const wire::CustomCodec kValueCodec;
extern const wire::CustomCodec kItemCodec;
}  // namespace orrery::item"""
PLAIN_VALUE_MAPS = {"ExpressionAttributeValueMap"}

# RE2 has no look-around. What these patterns lose is stated here; any other one stops the build.
LOOKAROUNDS = {
    r"^(?!\s*$).+": r"^.*\S.*$",                       # some character that is not white space: the same language
    r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$": r"^[a-z0-9]+(-[a-z0-9]+)*$",  # with the length that goes with it
    r"(?!^[0-9]+$)([a-zA-Z0-9-_]+)": r"[0-9]*[a-zA-Z\-_][a-zA-Z0-9\-_]*",  # not digits alone: the same language
    r"(?=[/\.\-_A-Za-z0-9]+)((?!aws\.).*)|(\$(\.[\w_-]+(\[(\d+|\*)\])*)*)":  # not beginning with "aws.": the same language
        r"[/.\-_A-Zb-z0-9].*|a([^w\n].*|w([^s\n].*|s([^.\n].*)?)?)?|\$(\.[\w_-]+(\[(\d+|\*)\])*)*",
    r"(^(?!(system\x2e)))(^[_a-zA-Z0-9])([^$]*)":  # not beginning with "system.": the same language
        r"s(y(s(t(e(m([^.$][^$]*)?|[^m$][^$]*)?|[^e$][^$]*)?|[^t$][^$]*)?|[^s$][^$]*)?|[^y$][^$]*)?"
        r"|[_a-rt-zA-Z0-9][^$]*",
    r"((?!^\d+$)^[0-9a-zA-Z-_]+$)": r"[0-9]*[a-zA-Z\-_][a-zA-Z0-9\-_]*",  # as above
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?"
    r"([a-zA-Z0-9-_]{1,64})(:((?!\d+$)[0-9a-zA-Z-_]+))?":  # likewise, of its last part
        r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?"
        r"([a-zA-Z0-9-_]{1,64})(:[0-9]*[a-zA-Z\-_][a-zA-Z0-9\-_]*)?",
    r"^(?!aws:)[\p{L}\p{Z}\p{N}_.:\/=+\-@%]*$":  # tag keys: the service itself refuses those beginning with "aws:"
        r"^[\p{L}\p{Z}\p{N}_.:\/=+\-@%]*$",
    r"jdbc:(redshift|postgresql)://((?!-)[A-Za-z0-9-]{1,63}(?<!-)\.)+(redshift(-serverless)?)\.([a-zA-Z0-9\.\-]+):\d{1,5}/"
    r"[a-zA-Z0-9_$-]+":  # labels neither begin nor end with a hyphen: the same language
        r"jdbc:(redshift|postgresql)://([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+(redshift(-serverless)?)\."
        r"([a-zA-Z0-9.\-]+):\d{1,5}/[a-zA-Z0-9_$-]+",
    r"[0-9A-Za-z\.\-_]*(?<!\.)": r"([0-9A-Za-z.\-_]*[0-9A-Za-z\-_])?",  # not ending with a dot: the same language
}


def fail(text):
    raise SystemExit("codegen: " + text)


def quote(text):
    out = "".join(c if 32 <= ord(c) < 127 and c not in '"\\' else "\\" + c if c in '"\\' else "".join(
        f"\\{byte:03o}" for byte in c.encode()) for c in text)
    return f'"{out.replace("??", "?" + chr(92) + "?")}"'  # no trigraphs


def cpp_name(name):
    return name + "_" if name in KEYWORDS else name


def re2_pattern(pattern):
    """Java's spelling of code points is not RE2's; look-arounds come from the list."""
    if "(?=" in pattern or "(?!" in pattern or "(?<" in pattern:
        if pattern not in LOOKAROUNDS:
            fail(f"pattern with a look-around that is not listed: {pattern}")
        return LOOKAROUNDS[pattern]
    # \u10000 and \u10FFFF in AWS's models mean the code points beyond the basic plane.
    pattern = re.sub(r"\\u(10FFFF|10000)", r"\\x{\1}", pattern)
    return re.sub(r"\\u([0-9A-Fa-f]{4})", r"\\x{\1}", pattern)


class Service:
    def __init__(self, path):
        self.id = path.stem
        self.model = json.loads(path.read_text())
        self.shapes = self.model["shapes"]
        self.meta = self.model["metadata"]
        self.custom = self.find_custom()
        self.used = self.reached()

    def find_custom(self):
        if self.id not in CUSTOM_SERVICES:
            return {}
        out = {"AttributeValue": CUSTOM_VALUE}
        for name, shape in self.shapes.items():
            if shape["type"] == "map" and shape["value"]["shape"] == "AttributeValue" and name not in PLAIN_VALUE_MAPS:
                out[name] = CUSTOM_ITEM
        return out

    def members(self, name):
        """Members that the struct has: a streaming body is not among them."""
        return {key: member for key, member in self.shapes[name].get("members", {}).items()
                if not self.streams(member)}

    def streams(self, member):
        shape = self.shapes[member["shape"]]
        return member.get("streaming") or shape.get("streaming") or shape.get("eventstream")

    def children(self, name):
        if name in self.custom:
            return []
        shape = self.shapes[name]
        if shape["type"] == "structure":
            return [member["shape"] for member in self.members(name).values()]
        return [shape[key]["shape"] for key in ("member", "key", "value") if key in shape]

    def reached(self):
        """Shapes used by operations, each after those it refers to (recursion through lists and maps apart)."""
        done, open_ = {}, set()

        def visit(name):
            if name in done or name in open_:
                return
            open_.add(name)
            for child in self.children(name):
                visit(child)
            open_.discard(name)
            done[name] = True

        for operation in self.model["operations"].values():
            for key in ("input", "output"):
                if key in operation:
                    visit(operation[key]["shape"])
        return list(done)

    def structures(self):
        return [name for name in self.used if self.shapes[name]["type"] == "structure" and name not in self.custom]

    def weight(self, name):
        """How much code it takes, about, to copy, move and destroy a value where that is inlined."""
        if name in self.custom:
            return 2
        shape = self.shapes[name]
        if shape["type"] == "structure":
            return 1 if self.is_heavy(name) else self.weight_of_members(name)
        return {"list": 2, "map": 3, "string": 1, "blob": 1}.get(shape["type"], 0)

    def weight_of_members(self, name):
        return sum(self.weight(member["shape"]) for member in self.members(name).values())

    def is_heavy(self, name):
        """Whether the struct's constructors, assignments and destructor are compiled once, with the shapes, and not in
        every file that sees it: half of the code was theirs in many. What is light stays an aggregate."""
        # A constructor that is declared may not share its name with a member.
        named_alike = any(cpp_name(key) == cpp_name(name) for key in self.members(name))
        return self.weight_of_members(name) > MOST_LIGHT and not named_alike

    def cpp_type(self, name):
        if name in self.custom:
            return self.custom[name][0]
        shape = self.shapes[name]
        kind = shape["type"]
        if kind in SCALARS:
            return SCALARS[kind][0]
        if kind == "list":
            return f"std::vector<{self.cpp_type(shape['member']['shape'])}>"
        if kind == "map":
            return f"std::map<std::string, {self.cpp_type(shape['value']['shape'])}>"
        if kind == "structure":
            return f"{self.id}::{cpp_name(name)}"  # qualified: a member may have the name of its type
        return fail(f"{name}: type {kind}")

    def errors(self):
        return sorted(name for name, shape in self.shapes.items() if shape.get("exception"))

    def error_model(self, name):
        shape = self.shapes[name]
        error = shape.get("error", {})
        status = error.get("httpStatusCode") or (500 if shape.get("fault") else 400)
        message = next((m for m in shape.get("members", {}) if m.lower() == "message"), "message")
        return error.get("code", name), status, message


def header(service):
    out = ["// Generated by tools/codegen.py from models/%s.json. Do not edit." % service.id, "#pragma once", "",
           '#include "wire/shape.h"']
    if service.custom:
        out.append(f'#include "{CUSTOM_INCLUDE}"')
    out += ["", f"namespace orrery::{service.id} {{", ""]
    out += [f"struct {cpp_name(name)};" for name in service.structures()] + [""]
    out += enums(service)
    for name in service.structures():
        required = service.shapes[name].get("required", [])
        out.append(f"struct {cpp_name(name)} {{")
        for key, member in service.members(name).items():
            type_ = service.cpp_type(member["shape"])
            type_ = type_ if key in required else f"std::optional<{type_}>"
            # Only where there is something to set: an initializer makes every file that sees the struct instantiate the
            # constructor and destructor of its member.
            out.append(f"  {type_} {cpp_name(key)}{'{}' if type_ in ARITHMETIC else ''};")
        if service.is_heavy(name):
            own = cpp_name(name)
            out += ["", f"  {own}();", f"  {own}(const {own}&);", f"  {own}({own}&&) noexcept;",
                    f"  {own}& operator=(const {own}&);", f"  {own}& operator=({own}&&) noexcept;", f"  ~{own}();"]
        out += ["};", ""]
    out += [f"const wire::Shape& shape_of(std::type_identity<{cpp_name(name)}>);" for name in service.structures()]
    out += ["", "// The whole service: its operations (absent ones too) and errors.",
            "const wire::ServiceModel& model();", "", "namespace errors {"]
    for name in service.errors():
        code, status, _ = service.error_model(name)
        out.append(f"::orrery::Error {cpp_name(name)}(std::string message);  // {status} {code}")
    out += ["}  // namespace errors", "", f"}}  // namespace orrery::{service.id}", ""]
    return "\n".join(out)


def enums(service):
    out = []
    structures = set(service.structures())
    for name in service.used:
        values = service.shapes[name].get("enum")
        if not values or name in structures:
            continue
        constants = {}
        for value in values:
            constant = re.sub(r"[^A-Za-z0-9]", "_", value)
            if constant and not constant[0].isdigit() and not constant.startswith("_") and "__" not in constant:
                constants.setdefault(cpp_name(constant), value)
        if constants:
            out.append(f"namespace {name} {{")
            out += [f"inline constexpr std::string_view {key} = {quote(value)};" for key, value in constants.items()]
            out += [f"}}  // namespace {name}", ""]
    return out


def fields(**values):
    return ", ".join(f".{key} = {value}" for key, value in values.items() if value not in (None, "", False))


def flag(condition):
    return "true" if condition else None


def namespace_of(thing):
    uri = thing.get("xmlNamespace")
    uri = uri.get("uri") if isinstance(uri, dict) else uri
    return quote(uri) if uri else None


def timestamp_of(thing):
    format_ = thing.get("timestampFormat")
    return f"TimestampFormat::{TIMESTAMPS[format_]}" if format_ else None


def member_row(service, owner, key, member):
    shape = service.shapes[owner]
    target = service.shapes[member["shape"]]
    location = member.get("location")
    structure = f"{service.id}::{cpp_name(owner)}"
    field = cpp_name(key)
    return "  {" + fields(
        name=quote(key),
        location_name=quote(member.get("locationName", key)),
        shape=f"&kShape_{member['shape']}",
        access=f"wire::access::Of<decltype({structure}::{field})>::at(offsetof({structure}, {field}))",
        location=f"Location::{LOCATIONS[location]}" if location else None,
        timestamp_format=timestamp_of(member) or timestamp_of(target),
        xml_namespace=namespace_of(member) or namespace_of(target),
        required=flag(key in shape.get("required", [])),
        idempotency_token=flag(member.get("idempotencyToken")),
        payload=flag(shape.get("payload") == key),
        flattened=flag(member.get("flattened") or target.get("flattened")),
        xml_attribute=flag(member.get("xmlAttribute")),
    ) + "},"


def shape_tables(service, name):
    """The arrays that a shape refers to, and the shape."""
    shape, out = service.shapes[name], []
    common = dict(min=shape.get("min"), max=shape.get("max"))
    common = {key: f"{int(value)}" for key, value in common.items() if value is not None and abs(value) < 2**63}
    common["sensitive"] = flag(shape.get("sensitive"))
    if name in service.custom:
        row = fields(kind="ShapeKind::Custom", name=quote(name), custom=f"&{service.custom[name][1]}")
        return [f"constexpr Shape kShape_{name} = {{{row}}};"]
    kind = shape["type"]
    extra = {}
    if kind in SCALARS:
        kind_name = SCALARS[kind][1]
        if shape.get("pattern"):
            extra["pattern"] = quote(shape["pattern"])
            rewritten = re2_pattern(shape["pattern"])
            extra["re2_pattern"] = quote(rewritten) if rewritten != shape["pattern"] else None
            out.append(f"constinit std::atomic<const void*> kRegex_{name}{{nullptr}};")
            extra["regex"] = f"&kRegex_{name}"
        if shape.get("enum"):
            values = ", ".join(quote(value) for value in shape["enum"])
            out.append(f"constexpr std::string_view kValues_{name}[] = {{{values}}};")
            extra["enum_values"] = f"kValues_{name}"
    elif kind == "list":
        member = shape["member"]
        kind_name = "List"
        extra = dict(element=f"&kShape_{member['shape']}", element_name=quote(member.get("locationName", "member")),
                     list=f"&wire::access::kList<{service.cpp_type(member['shape'])}>",
                     flattened=flag(shape.get("flattened")))
    elif kind == "map":
        kind_name = "Map"
        extra = dict(element=f"&kShape_{shape['value']['shape']}", key=f"&kShape_{shape['key']['shape']}",
                     element_name=quote(shape["value"].get("locationName", "value")),
                     key_name=quote(shape["key"].get("locationName", "key")),
                     map=f"&wire::access::kMap<{service.cpp_type(shape['value']['shape'])}>",
                     flattened=flag(shape.get("flattened")))
    else:
        if len(shape.get("members", {})) > 128:
            fail(f"{name}: more than 128 members; see wire::Seen")
        kind_name = "Structure"
        rows = [member_row(service, name, key, member) for key, member in service.members(name).items()]
        if rows:
            out += [f"constexpr Member kMembers_{name}[] = {{", *rows, "};"]
            extra["members"] = f"kMembers_{name}"
        extra["xml_namespace"] = namespace_of(shape)
        extra["is_union"] = flag(shape.get("union"))
    order = ["min", "max", "pattern", "re2_pattern", "regex", "enum_values", "members", "element", "key",
             "element_name", "key_name", "xml_namespace", "list", "map", "flattened", "sensitive", "is_union"]
    merged = {**common, **extra}
    row = fields(kind=f"ShapeKind::{kind_name}", name=quote(name), **{key: merged.get(key) for key in order})
    return [*out, f"constexpr Shape kShape_{name} = {{{row}}};"]


def operation_rows(service):
    needs, rows = [], []
    absent = service.model["absent"]
    if isinstance(absent, list):
        absent = {name: {"http": {"method": "POST", "requestUri": "/"}} for name in absent}
    for name, operation in sorted({**service.model["operations"], **absent}.items()):
        http, present = operation["http"], name in service.model["operations"]
        input_, output = operation.get("input", {}), operation.get("output", {})
        if operation.get("needs"):
            values = ", ".join(quote(value) for value in operation["needs"])
            needs.append(f"constexpr std::string_view kNeeds_{name}[] = {{{values}}};")

        def shape(side):
            return f"&kShape_{side['shape']}" if side else "&wire::kEmptyShape"

        def streaming(side):
            return flag(side and any(service.streams(m) for m in service.shapes[side["shape"]]["members"].values()))

        rows.append("    {" + fields(
            name=quote(name), method=quote(http["method"]), uri=quote(http["requestUri"]),
            status=http.get("responseCode"),
            input=shape(input_) if present else None, output=shape(output) if present else None,
            result_wrapper=quote(output["resultWrapper"]) if "resultWrapper" in output else None,
            xml_root=quote(output["locationName"]) if "locationName" in output else None,
            needs=f"kNeeds_{name}" if operation.get("needs") else None,
            unwrapped_output=flag(output.get("unwrapped")),
            streaming_input=streaming(input_), streaming_output=streaming(output), in_scope=flag(present)) + "},")
    return [*needs, "constexpr OperationModel kOperations[] = {", *rows, "};"]


def error_rows(service):
    rows = []
    for name in service.errors():
        code, status, message = service.error_model(name)
        rows.append("    {" + fields(shape=quote(name), code=quote(code), status=status,
                                     message_member=quote(message) if message != "message" else None) + "},")
    return ["constexpr ErrorModel kErrors[] = {", *rows, "};"]


def source(service):
    meta = service.meta
    out = ["// Generated by tools/codegen.py from models/%s.json. Do not edit." % service.id,
           f'#include "shapes/{service.id}.h"', "",
           # std::map is no standard-layout type; g++ and clang++ know where it stands in a struct all the same.
           '#pragma GCC diagnostic ignored "-Winvalid-offsetof"', ""]
    if service.custom:
        out += [CUSTOM_DECLARATIONS, ""]
    out += [f"namespace orrery::{service.id} {{", "namespace {", "",
            "using wire::ErrorModel;", "using wire::Location;", "using wire::Member;", "using wire::OperationModel;",
            "using wire::Shape;", "using wire::ShapeKind;", "using wire::TimestampFormat;", ""]
    out += [f"extern const Shape kShape_{name};" for name in service.used] + [""]
    for name in service.used:
        out += shape_tables(service, name)
    out += ["", *operation_rows(service), *error_rows(service), ""]
    row = ",\n    ".join(f".{key} = {value}" for key, value in dict(
        id=quote(service.id), signing_name=quote(meta.get("signingName", meta["endpointPrefix"])),
        api_version=quote(meta["apiVersion"]), protocol=f"wire::Protocol::{PROTOCOLS[meta['protocol']]}",
        json_version=quote(meta.get("jsonVersion", "")), target_prefix=quote(meta.get("targetPrefix", "")),
        xml_namespace=quote(meta.get("xmlNamespace", "")), error_namespace=quote(meta.get("errorNamespace", "")),
        query_compatible=flag(meta.get("queryCompatible")) or "false",
        operations="kOperations", errors="kErrors").items())
    out += ["constexpr wire::ServiceModel kModel = {", "    " + row + "};", "", "}  // namespace", "",
            "const wire::ServiceModel& model() { return kModel; }", ""]
    for name in filter(service.is_heavy, service.structures()):
        own = cpp_name(name)
        out += [f"{own}::{own}() = default;", f"{own}::{own}(const {own}&) = default;",
                f"{own}::{own}({own}&&) noexcept = default;", f"{own}& {own}::operator=(const {own}&) = default;",
                f"{own}& {own}::operator=({own}&&) noexcept = default;", f"{own}::~{own}() = default;", ""]
    out += [f"const wire::Shape& shape_of(std::type_identity<{cpp_name(name)}>) {{ return kShape_{name}; }}"
            for name in service.structures()]
    out += ["", "namespace errors {"]
    for name in service.errors():
        code, status, _ = service.error_model(name)
        out.append(f"::orrery::Error {cpp_name(name)}(std::string message) {{ "
                   f"return api_error({quote(code)}, std::move(message), {status}); }}")
    out += ["}  // namespace errors", "", f"}}  // namespace orrery::{service.id}", ""]
    return "\n".join(out)


def main():
    if len(sys.argv) != 3:
        fail("usage: codegen.py models/SERVICE.json OUT_DIR")
    service = Service(pathlib.Path(sys.argv[1]))
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{service.id}.h").write_text(header(service))
    (folder / f"{service.id}.cc").write_text(source(service))


if __name__ == "__main__":
    main()
