#include "services/lambda/records.h"

#include "base/arn.h"
#include "services/record.h"
#include "store/key.h"

namespace orrery::lambda {
namespace {

constexpr std::string_view kResourcePrefix = "function:";

// "name" or "name:qualifier".
void take_name(FunctionName& out, std::string_view text) {
  const auto colon = text.find(':');
  out.name = text.substr(0, colon);
  if (colon != std::string_view::npos) out.qualifier = text.substr(colon + 1);
}

}  // namespace

std::string FunctionName::arn() const { return make_arn("lambda", region, account, "function:" + name); }

std::optional<FunctionName> parse_function_arn(std::string_view text) {
  const auto arn = Arn::parse(text);
  if (!arn || arn->service != "lambda" || !arn->resource.starts_with(kResourcePrefix)) return std::nullopt;
  FunctionName out{arn->account, arn->region, {}, {}};
  take_name(out, std::string_view(arn->resource).substr(kResourcePrefix.size()));
  return out;
}

FunctionName parse_function_name(const Call& call, std::string_view text, const std::optional<std::string>& qualifier) {
  FunctionName out{call.account, call.region, {}, {}};
  if (auto from_arn = parse_function_arn(text)) {
    out = *std::move(from_arn);
  } else if (const auto at = text.find(":function:"); at == 12) {
    out.account = text.substr(0, at);
    take_name(out, text.substr(at + 10));
  } else {
    take_name(out, text.starts_with(kResourcePrefix) ? text.substr(kResourcePrefix.size()) : text);
  }
  if (qualifier) out.qualifier = *qualifier;
  return out;
}

std::string functions_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::Function).text(account).text(region).take();
}
std::string all_functions_prefix() { return KeyWriter(KeyKind::Function).take(); }
std::string function_key(const FunctionName& name) {
  return KeyWriter(KeyKind::Function).text(name.account).text(name.region).text(name.name).take();
}
std::string policy_key(const FunctionName& name) {
  return KeyWriter(KeyKind::FunctionPolicy).text(name.account).text(name.region).text(name.name).take();
}

Result<FunctionRecord> decode_function(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  FunctionRecord record;
  if (const json::value* configuration = find(document, "configuration")) {
    TRY(wire::from_document(wire::shape_for<FunctionConfiguration>(), *configuration, &record.configuration, false));
  }
  record.blob_id = find_string(document, "blob").value_or("");
  record.code_key = find_string(document, "code").value_or("");
  return record;
}

Result<std::optional<FunctionRecord>> get_function(Reader& reader, const FunctionName& name) {
  const auto bytes = TRY(reader.get(function_key(name)));
  if (!bytes) return std::optional<FunctionRecord>();
  return std::optional<FunctionRecord>(TRY(decode_function(*bytes)));
}

Result<> put_function(Transaction& tx, const FunctionName& name, const FunctionRecord& record) {
  json::object document;
  document["configuration"] = wire::to_document(wire::shape_for<FunctionConfiguration>(), &record.configuration);
  document["blob"] = record.blob_id;
  document["code"] = record.code_key;
  return put_record(tx, function_key(name), document);
}

Result<FunctionRecord> existing_function(Reader& reader, const FunctionName& name) {
  auto record = TRY(get_function(reader, name));
  const bool latest = name.qualifier.empty() || name.qualifier == "$LATEST";
  if (!record || !latest) {
    return fail(errors::ResourceNotFoundException("Function not found: " + name.arn() +
                                                  (name.qualifier.empty() ? "" : ":" + name.qualifier)));
  }
  return *std::move(record);
}

functions::FunctionSpec spec_of(const FunctionName& name, const FunctionRecord& record, std::string code_dir) {
  const FunctionConfiguration& from = record.configuration;
  functions::FunctionSpec spec;
  spec.arn = name.arn();
  spec.key = spec.arn + "#" + from.RevisionId.value_or("");
  spec.name = name.name;
  spec.account = name.account;
  spec.region = name.region;
  spec.runtime = from.Runtime.value_or("");
  spec.handler = from.Handler.value_or("");
  spec.code_dir = std::move(code_dir);
  spec.memory_mb = static_cast<int>(from.MemorySize.value_or(128));
  spec.timeout_ms = static_cast<int>(from.Timeout.value_or(3) * 1000);
  if (from.EphemeralStorage) spec.ephemeral_mb = static_cast<int>(from.EphemeralStorage->Size);
  if (from.Environment && from.Environment->Variables) spec.environment = *from.Environment->Variables;
  spec.log_group =
      from.LoggingConfig && from.LoggingConfig->LogGroup ? *from.LoggingConfig->LogGroup : "/aws/lambda/" + name.name;
  return spec;
}

}  // namespace orrery::lambda
