#include "base/arn.h"
#include "functions/zip.h"
#include "services/lambda/layers/layers.h"
#include "services/record.h"
#include "store/key.h"

#include <charconv>
#include <map>

namespace orrery::lambda {
namespace {

constexpr std::string_view kResourcePrefix = "layer:";
constexpr std::size_t kMostLayers = 5;

KeyWriter key_of(KeyKind kind, const LayerName& name) {
  KeyWriter key(kind);
  key.text(name.account).text(name.region).text(name.name);
  return key;
}

Error invalid(std::string message) { return errors::InvalidParameterValueException(std::move(message)); }

Result<LayerRecord> layer_for(Reader& reader, const FunctionName& function, const std::string& arn) {
  const auto name = parse_layer_arn(arn);
  if (!name) return fail(invalid("Layer version " + arn + " does not exist."));
  if (name->region != function.region) {
    return fail(invalid("Layers are not in the same region as the function. Layers are expected to be in region " +
                        function.region + "."));
  }
  auto found = TRY(get_layer_record(reader, *name));
  if (!found) return fail(invalid("Layer version " + arn + " does not exist."));
  return *std::move(found);
}

}  // namespace

std::string LayerName::arn() const { return make_arn("lambda", region, account, "layer:" + name); }
std::string LayerName::version_arn() const { return arn() + ":" + std::to_string(version); }

std::optional<LayerName> parse_layer_arn(std::string_view text) {
  const auto arn = Arn::parse(text);
  if (!arn || arn->service != "lambda" || !arn->resource.starts_with(kResourcePrefix)) return std::nullopt;
  const std::string_view rest = std::string_view(arn->resource).substr(kResourcePrefix.size());
  const auto colon = rest.find(':');
  LayerName name{arn->account, arn->region, std::string(rest.substr(0, colon))};
  if (colon == std::string_view::npos) return name;
  const std::string_view digits = rest.substr(colon + 1);
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), name.version);
  if (failed != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return name;
}

LayerName parse_layer_name(const Call& call, std::string_view text, std::int64_t version) {
  LayerName name = parse_layer_arn(text).value_or(LayerName{call.account, call.region, std::string(text)});
  if (version > 0) name.version = static_cast<std::uint64_t>(version);
  return name;
}

std::string layer_key(const LayerName& name) { return key_of(KeyKind::Layer, name).take(); }
std::string layer_versions_prefix(const LayerName& name) { return key_of(KeyKind::LayerVersion, name).take(); }
std::string layer_version_key(const LayerName& name) {
  return key_of(KeyKind::LayerVersion, name).u64(name.version).take();
}
std::string layer_policy_key(const LayerName& name) {
  return key_of(KeyKind::LayerPolicy, name).u64(name.version).take();
}

Result<LayerRecord> decode_layer_version(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  LayerRecord record;
  if (const json::value* shown = find(document, "shown")) {
    TRY(wire::from_document(wire::shape_for<GetLayerVersionResponse>(), *shown, &record.shown, false));
  }
  record.content.blob_id = find_string(document, "blob").value_or("");
  record.content.code_key = find_string(document, "code").value_or("");
  record.content.unzipped_bytes = find_int(document, "unzipped").value_or(0);
  return record;
}

Result<std::optional<LayerRecord>> get_layer_record(Reader& reader, const LayerName& name) {
  const auto bytes = TRY(reader.get(layer_version_key(name)));
  if (!bytes) return std::optional<LayerRecord>();
  return std::optional<LayerRecord>(TRY(decode_layer_version(*bytes)));
}

Result<> put_layer_record(Transaction& tx, const LayerName& name, const LayerRecord& record) {
  return put_record(
      tx, layer_version_key(name),
      json::object{{"shown", wire::to_document(wire::shape_for<GetLayerVersionResponse>(), &record.shown)},
                   {"blob", record.content.blob_id},
                   {"code", record.content.code_key},
                   {"unzipped", record.content.unzipped_bytes}});
}

Result<std::int64_t> layer_bytes(Reader& reader, const std::string& account, const std::string& region) {
  std::int64_t sum = 0;
  const auto cursor = reader.scan(prefix_range(KeyWriter(KeyKind::LayerVersion).text(account).text(region).view()));
  while (cursor->next()) {
    const LayerRecord record = TRY(decode_layer_version(cursor->value()));
    if (record.shown.Content) sum += record.shown.Content->CodeSize.value_or(0);
  }
  TRY(cursor->status());
  return sum;
}

Result<> set_layers(Reader& reader, const FunctionName& function, const std::vector<std::string>& arns,
                    FunctionRecord& record) {
  if (arns.size() > kMostLayers) return fail(invalid("Cannot reference more than 5 layers."));
  std::vector<Layer> listed;
  std::vector<LayerContent> contents;
  std::map<std::string, std::string> versions;  // by layer
  for (const std::string& arn : arns) {
    const LayerRecord layer = TRY(layer_for(reader, function, arn));
    const auto [other, first] = versions.emplace(layer.shown.LayerArn.value_or(""), arn);
    if (!first) {
      return fail(
          invalid("Two different versions of the same layer are not allowed to be referenced in the same "
                  "function. " +
                  other->second + " and " + arn + " are versions of the same layer."));
    }
    Layer item;
    item.Arn = arn;
    if (layer.shown.Content) item.CodeSize = layer.shown.Content->CodeSize;
    listed.push_back(std::move(item));
    contents.push_back(layer.content);
  }
  record.layers = std::move(contents);
  record.configuration.Layers.reset();
  if (!listed.empty()) record.configuration.Layers = std::move(listed);
  return check_unzipped_size(record);
}

Result<> check_unzipped_size(const FunctionRecord& record) {
  const std::string limit = std::to_string(functions::kMaxUnzippedBytes);
  std::int64_t sum = 0;
  for (const LayerContent& layer : record.layers) sum += layer.unzipped_bytes;
  if (sum > functions::kMaxUnzippedBytes) {
    return fail(invalid("Layers consume more than the available size of " + limit + " bytes"));
  }
  sum += record.unzipped_bytes;
  if (sum <= functions::kMaxUnzippedBytes) return {};
  return fail(invalid("Function code combined with layers exceeds the maximum allowed size of " + limit +
                      " bytes. The actual size is " + std::to_string(sum) + " bytes."));
}

}  // namespace orrery::lambda
