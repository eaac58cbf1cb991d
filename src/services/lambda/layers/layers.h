// Layers: archives that functions share, by version (docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html).
#pragma once

#include "services/lambda/lambda.h"
#include "services/lambda/records.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::lambda {

struct LayerName {
  std::string account, region, name;
  std::uint64_t version = 0;  // 0: the layer itself
  std::string arn() const;    // of the layer
  std::string version_arn() const;
};

struct LayerRecord {
  GetLayerVersionResponse shown;  // without Content.Location
  LayerContent content;
};

// By name, layer ARN or layer version ARN.
LayerName parse_layer_name(const Call& call, std::string_view text, std::int64_t version = 0);
std::optional<LayerName> parse_layer_arn(std::string_view arn);

std::string layer_key(const LayerName& name);
std::string layer_version_key(const LayerName& name);
std::string layer_versions_prefix(const LayerName& name);
std::string layer_policy_key(const LayerName& name);

Result<LayerRecord> decode_layer_version(std::string_view bytes);
Result<std::optional<LayerRecord>> get_layer_record(Reader& reader, const LayerName& name);
Result<> put_layer_record(Transaction& tx, const LayerName& name, const LayerRecord& record);
// Zipped, of all layer versions.
Result<std::int64_t> layer_bytes(Reader& reader, const std::string& account, const std::string& region);

// Makes these the layers of the function, in `record` only: what they hold of blobs is the caller's affair. Errors:
// InvalidParameterValueException in Lambda's words.
Result<> set_layers(Reader& reader, const FunctionName& function, const std::vector<std::string>& arns,
                    FunctionRecord& record);
// That the package and the layers together are no larger than what is allowed.
Result<> check_unzipped_size(const FunctionRecord& record);

}  // namespace orrery::lambda
