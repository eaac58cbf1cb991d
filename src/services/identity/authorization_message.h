// Encoded authorization messages: the JSON that explains a denial, in a form that says nothing to who may not decode it
// (sts:DecodeAuthorizationMessage). Sealed with AES-256-GCM under a key of this process, so that one is not read
// without the permission, and not made up; it is good for as long as the server runs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace orrery::identity {

// `json` as DecodeAuthorizationMessage answers it: {"allowed": false, "explicitDeny": …, "matchedStatements": …,
// "context": {"principal": …, "action": …, "resource": …, "conditions": …}}.
std::string encode_authorization_message(std::string_view json);
// nullopt: not one of ours.
std::optional<std::string> decode_authorization_message(std::string_view encoded);

}  // namespace orrery::identity
