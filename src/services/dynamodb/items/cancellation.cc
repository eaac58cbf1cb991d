#include "services/dynamodb/items/cancellation.h"

#include "base/json.h"
#include "shapes/dynamodb.h"

namespace orrery::dynamodb {
namespace {

// "ConditionalCheckFailedException" -> "ConditionalCheckFailed", "ValidationException" -> "ValidationError",
// "ThrottlingException" -> "ThrottlingError".
std::string code_of(const std::optional<Error>& reason) {
  if (!reason) return "None";
  if (reason->code == "ValidationException") return "ValidationError";
  if (reason->code == "ThrottlingException") return "ThrottlingError";
  constexpr std::string_view kEnd = "Exception";
  std::string code = reason->code;
  if (code.ends_with(kEnd)) code.resize(code.size() - kEnd.size());
  return code;
}

std::string quoted(std::string_view text) { return to_text(json::value(text)); }

void append(const std::optional<Error>& reason, std::string& out) {
  out += "{\"Code\":" + quoted(code_of(reason));
  if (reason) {
    out += ",\"Message\":" + quoted(reason->message);
    for (const auto& [name, value] : reason->fields) {
      if (name == "Item") out += ',' + quoted(name) + ':' + value;
    }
  }
  out += '}';
}

}  // namespace

Result<> Cancellation::note(std::size_t member, Error error) {
  if (error.kind != Error::Kind::Api) return fail(std::move(error));
  reasons_[member] = std::move(error);
  any_ = true;
  return {};
}

Error Cancellation::error() const {
  std::string codes;
  std::string reasons;
  for (const auto& reason : reasons_) {
    codes += (codes.empty() ? "" : ", ") + code_of(reason);
    reasons += reasons.empty() ? '[' : ',';
    append(reason, reasons);
  }
  Error out = errors::TransactionCanceledException(
      "Transaction cancelled, please refer cancellation reasons for specific reasons [" + codes + "]");
  out.with("CancellationReasons", reasons + "]");
  return out;
}

}  // namespace orrery::dynamodb
