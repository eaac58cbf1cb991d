#include "services/lambda/operations.h"
#include "services/lambda/versions/versions.h"
#include "services/paging.h"
#include "wire/protocol.h"

#include <algorithm>
#include <array>

namespace orrery::lambda {
namespace {

// What of a configuration says nothing about how the function behaves.
json::value behaviour(const FunctionRecord& record) {
  FunctionConfiguration plain = record.configuration;
  plain.Version = plain.FunctionArn = plain.LastModified = plain.RevisionId = plain.Description = std::nullopt;
  plain.State = plain.StateReason = plain.StateReasonCode = std::nullopt;
  plain.LastUpdateStatus = plain.LastUpdateStatusReason = plain.LastUpdateStatusReasonCode = std::nullopt;
  if (plain.SnapStart) plain.SnapStart->OptimizationStatus = std::nullopt;
  return wire::to_document(wire::shape_for<FunctionConfiguration>(), &plain);
}

Result<> check_publishing(const FunctionRecord& latest, const PublishVersionRequest& input) {
  if (input.PublishTo) return fail(api_error("NotImplemented", "Orrery does not implement PublishTo.", 501));
  TRY(check_revision(input.RevisionId, latest.configuration.RevisionId));
  const std::string current = latest.configuration.CodeSha256.value_or("");
  if (!input.CodeSha256 || input.CodeSha256->empty() || *input.CodeSha256 == current) return {};
  return fail(errors::InvalidParameterValueException("CodeSHA256 (" + *input.CodeSha256 +
                                                     ") is different from current CodeSHA256 in $LATEST (" + current +
                                                     "). Please try again with the CodeSHA256 in $LATEST."));
}

FunctionRecord version_of(const Call& call, const FunctionRecord& latest, std::uint64_t number,
                          const std::optional<std::string>& description) {
  FunctionRecord made = latest;
  made.configuration.Version = std::to_string(number);
  made.configuration.RevisionId = call.random->uuid();
  if (description) made.configuration.Description = *description;
  if (made.configuration.SnapStart && made.configuration.SnapStart->ApplyOn == "PublishedVersions") {
    made.configuration.SnapStart->OptimizationStatus = "On";
  }
  return made;
}

}  // namespace

Result<> retain_content(Lambda& lambda, Transaction& tx, const FunctionRecord& record) {
  TRY(lambda.blobs.retain(tx, {record.blob_id, 0}));
  for (const LayerContent& layer : record.layers) TRY(lambda.blobs.retain(tx, {layer.blob_id, 0}));
  return {};
}

Result<> release_content(Lambda& lambda, Transaction& tx, const FunctionRecord& record) {
  TRY(lambda.blobs.release(tx, record.blob_id));
  for (const LayerContent& layer : record.layers) TRY(lambda.blobs.release(tx, layer.blob_id));
  return {};
}

Result<FunctionConfiguration> publish_latest(Lambda& lambda, const Call& call, Transaction& tx,
                                             const FunctionName& name, FunctionRecord& latest,
                                             const std::optional<std::string>& description) {
  const std::uint64_t last = latest.settings.last_version;
  if (last > 0) {
    const auto before = TRY(get_version(tx, name, last));
    if (before && before->code_key == latest.code_key && behaviour(*before) == behaviour(latest)) {
      TRY(put_function(tx, name, latest));
      return describe(name.with(std::to_string(last)), *before, call.now);
    }
  }
  latest.settings.last_version = last + 1;
  latest.configuration.RevisionId = call.random->uuid();
  const FunctionRecord made = version_of(call, latest, last + 1, description);
  TRY(retain_content(lambda, tx, made));
  TRY(put_version(tx, name, last + 1, made));
  TRY(put_function(tx, name, latest));
  return describe(name.with(std::to_string(last + 1)), made, call.now);
}

Result<FunctionConfiguration> publish_version(Lambda& lambda, Call& call, Transaction& tx,
                                              const PublishVersionRequest& input) {
  const FunctionName name = TRY(unqualified_function(call, input.FunctionName));
  FunctionRecord latest = TRY(existing_function(tx, name));
  TRY(check_settled(name, latest, call.now));
  TRY(check_publishing(latest, input));
  return publish_latest(lambda, call, tx, name, latest, input.Description);
}

// $LATEST first, then the versions, oldest first. A token is the next version's number.
Result<ListVersionsByFunctionResponse> list_versions_by_function(Call& call, Reader& reader,
                                                                 const ListVersionsByFunctionRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName)).with("");
  const FunctionRecord latest = TRY(existing_function(reader, name));
  const std::int64_t most = std::min(input.MaxItems.value_or(kVersionsAPage), kVersionsAPage);
  ListVersionsByFunctionResponse output;
  output.Versions.emplace();
  KeyRange range = prefix_range(versions_prefix(name));
  if (input.Marker) {
    range.begin = TRY(marker_position(*input.Marker, versions_prefix(name)));
  } else {
    output.Versions->push_back(list_item(name.with(kLatest), latest, call.now));
  }
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    if (static_cast<std::int64_t>(output.Versions->size()) == most) {
      output.NextMarker = page_token(cursor->key());
      break;
    }
    const FunctionRecord version = TRY(decode_function(cursor->value()));
    output.Versions->push_back(list_item(name.with(version.configuration.Version.value_or("")), version, call.now));
  }
  TRY(cursor->status());
  return output;
}

}  // namespace orrery::lambda
