#!/usr/bin/env python3
"""Compiles the AWS-managed policies in: tools/embed_policies.py FOLDER OUT.cc

Each file of FOLDER is one policy: its name is the file's, and its content Path, Description, Document and, where a
service-linked role has it, that role's name.
"""

import hashlib
import json
import pathlib
import sys

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def unique_id(arn):
    """The same at every build: 17 characters that follow from the ARN."""
    return "ANPA" + "".join(ALPHABET[byte % 32] for byte in hashlib.sha256(arn.encode()).digest()[:17])


def quote(text):
    """In pieces, since compilers take literals of a limited length only."""
    pieces = [text[i:i + 1000] for i in range(0, len(text), 1000)] or [""]
    return "\n     ".join(f'R"~~~({piece})~~~"' for piece in pieces)


def main():
    rows = []
    for path in pathlib.Path(sys.argv[1]).glob("*.json"):
        policy = json.loads(path.read_text())
        unknown = set(policy) - {"Path", "Description", "ServiceRole", "Document"}
        if unknown:
            raise SystemExit(f"{path}: unknown members {sorted(unknown)}")
        arn = f"arn:aws:iam::aws:policy{policy['Path']}{path.stem}"
        document = json.dumps(policy["Document"], separators=(",", ":"))
        rows.append((arn, path.stem, policy["Path"], unique_id(arn), policy["Description"],
                     policy.get("ServiceRole", ""), document))
    rows.sort()
    lines = ['#include "services/identity/managed_policies.h"', "", "#include <algorithm>", "",
             "namespace orrery::identity {", "namespace {", "", "constexpr ManagedPolicy kPolicies[] = {"]
    lines += ["    {" + ",\n     ".join(quote(field) for field in row) + "}," for row in rows]
    lines += ["};", "", "static_assert(std::ranges::is_sorted(kPolicies, {}, &ManagedPolicy::arn));", "",
              "}  // namespace", "",
              "std::span<const ManagedPolicy> managed_policies() { return kPolicies; }", "",
              "const ManagedPolicy* find_managed_policy(std::string_view arn) {",
              "  const auto found = std::ranges::lower_bound(kPolicies, arn, {}, &ManagedPolicy::arn);",
              "  return found != std::end(kPolicies) && found->arn == arn ? &*found : nullptr;", "}", "",
              "}  // namespace orrery::identity", ""]
    pathlib.Path(sys.argv[2]).write_text("\n".join(lines))


main()
