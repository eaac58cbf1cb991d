#include "services/lambda/deploying/package.h"
#include "services/lambda/layers/layers.h"
#include "services/lambda/operations.h"
#include "services/paging.h"
#include "services/record.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

constexpr std::int64_t kListMost = 50;

Error no_such_layer() {
  Error error = errors::ResourceNotFoundException("The resource you requested does not exist.");
  error.with("Type", "User");
  return error;
}

bool holds(const std::optional<std::vector<std::string>>& all, const std::optional<std::string>& wanted) {
  return !wanted || (all && std::ranges::find(*all, *wanted) != all->end());
}

LayerVersionsListItem item_of(const GetLayerVersionResponse& shown) {
  LayerVersionsListItem item;
  item.LayerVersionArn = shown.LayerVersionArn;
  item.Version = shown.Version;
  item.Description = shown.Description;
  item.CreatedDate = shown.CreatedDate;
  item.CompatibleArchitectures = shown.CompatibleArchitectures;
  item.CompatibleRuntimes = shown.CompatibleRuntimes;
  item.LicenseInfo = shown.LicenseInfo;
  return item;
}

GetLayerVersionResponse shown_now(const Lambda& lambda, const Call& call, const LayerRecord& record) {
  GetLayerVersionResponse shown = record.shown;
  if (!shown.Content) shown.Content.emplace();
  shown.Content->Location = call.endpoint + lambda.code_urls.make(record.content.blob_id, call.now);
  return shown;
}

LayerRecord record_of(const Call& call, const LayerName& name, const PublishLayerVersionRequest& input,
                      const Package& package) {
  LayerRecord record;
  record.shown.Content.emplace();
  record.shown.Content->CodeSha256 = package.sha256_base64;
  record.shown.Content->CodeSize = package.zipped_bytes;
  record.shown.LayerArn = name.arn();
  record.shown.LayerVersionArn = name.version_arn();
  record.shown.Description = input.Description.value_or("");
  record.shown.CreatedDate = last_modified(call.now);
  record.shown.Version = static_cast<std::int64_t>(name.version);
  record.shown.CompatibleArchitectures = input.CompatibleArchitectures;
  record.shown.CompatibleRuntimes = input.CompatibleRuntimes;
  record.shown.LicenseInfo = input.LicenseInfo;
  record.content = {package.blob.id, package.code_key, package.unzipped_bytes};
  return record;
}

PublishLayerVersionResponse published(GetLayerVersionResponse shown) {
  PublishLayerVersionResponse output;
  output.Content = std::move(shown.Content);
  output.LayerArn = std::move(shown.LayerArn);
  output.LayerVersionArn = std::move(shown.LayerVersionArn);
  output.Description = std::move(shown.Description);
  output.CreatedDate = std::move(shown.CreatedDate);
  output.Version = shown.Version;
  output.CompatibleArchitectures = std::move(shown.CompatibleArchitectures);
  output.CompatibleRuntimes = std::move(shown.CompatibleRuntimes);
  output.LicenseInfo = std::move(shown.LicenseInfo);
  return output;
}

Result<PublishLayerVersionResponse> publish(Lambda& lambda, Call& call, const PublishLayerVersionRequest& input) {
  const PackageSource source{input.Content.ZipFile, input.Content.S3Bucket, input.Content.S3Key,
                             input.Content.S3ObjectVersion};
  const Package package = TRY(take_package(lambda, call, source, "PublishLayerVersion"));
  Sequence committed = 0;
  const LayerRecord made = TRY(lambda.store.transact(
      [&](Transaction& tx) -> Result<LayerRecord> {
        LayerName name = parse_layer_name(call, input.LayerName);
        std::int64_t last = 0;
        if (const auto before = TRY(get_record(tx, layer_key(name)))) last = find_int(*before, "last").value_or(0);
        name.version = static_cast<std::uint64_t>(last + 1);
        const LayerRecord record = record_of(call, name, input, package);
        TRY(lambda.blobs.retain(tx, package.blob));
        TRY(put_record(tx, layer_key(name), json::object{{"last", last + 1}}));
        TRY(put_layer_record(tx, name, record));
        return record;
      },
      &committed));
  TRY(lambda.store.wait_durable(committed));
  return published(shown_now(lambda, call, made));
}

Result<GetLayerVersionResponse> shown_layer(const Lambda& lambda, const Call& call, Reader& reader,
                                            const LayerName& name) {
  const auto record = TRY(get_layer_record(reader, name));
  if (!record) return fail(no_such_layer());
  return shown_now(lambda, call, *record);
}

Result<> check_version(std::int64_t version) {
  if (version >= 1) return {};
  return fail(errors::InvalidParameterValueException("Layer Version Cannot be less than 1"));
}

// Policies know no resource for ListLayerVersions, and so nothing that could let another account list them.
Result<> check_own(const Call& call, const LayerName& name) {
  if (name.account == call.account) return {};
  return fail(api_error("AccessDeniedException",
                        "User: " + call.principal->arn +
                            " is not authorized to perform: lambda:ListLayerVersions on resource: " + name.arn(),
                        403));
}

// The newest version that suits; nullopt: none does.
Result<std::optional<GetLayerVersionResponse>> newest(Reader& reader, const LayerName& name,
                                                      const ListLayersRequest& input) {
  const auto cursor = reader.scan(prefix_range(layer_versions_prefix(name)), Direction::Reverse);
  while (cursor->next()) {
    LayerRecord record = TRY(decode_layer_version(cursor->value()));
    if (holds(record.shown.CompatibleRuntimes, input.CompatibleRuntime) &&
        holds(record.shown.CompatibleArchitectures, input.CompatibleArchitecture)) {
      return std::optional<GetLayerVersionResponse>(std::move(record.shown));
    }
  }
  TRY(cursor->status());
  return std::optional<GetLayerVersionResponse>();
}

}  // namespace

void publish_layer_version(Lambda& lambda, Call& call, const PublishLayerVersionRequest& input,
                           Completion<PublishLayerVersionResponse> done) {
  lambda.deployer.post([&lambda, &call, &input, done = std::move(done)] { done(publish(lambda, call, input)); });
}

Result<GetLayerVersionResponse> get_layer_version(const Lambda& lambda, Call& call, Reader& reader,
                                                  const GetLayerVersionRequest& input) {
  TRY(check_version(input.VersionNumber));
  return shown_layer(lambda, call, reader, parse_layer_name(call, input.LayerName, input.VersionNumber));
}

Result<GetLayerVersionResponse> get_layer_version_by_arn(const Lambda& lambda, Call& call, Reader& reader,
                                                         const GetLayerVersionByArnRequest& input) {
  return shown_layer(lambda, call, reader, parse_layer_name(call, input.Arn));
}

// Functions that use it keep its content. Deleting what is not there is well, as the service has it.
Result<wire::Empty> delete_layer_version(Lambda& lambda, Call& call, Transaction& tx,
                                         const DeleteLayerVersionRequest& input) {
  TRY(check_version(input.VersionNumber));
  const LayerName name = parse_layer_name(call, input.LayerName, input.VersionNumber);
  const auto record = TRY(get_layer_record(tx, name));
  if (!record) return wire::Empty{};
  TRY(lambda.blobs.release(tx, record->content.blob_id));
  TRY(tx.erase(layer_version_key(name)));
  TRY(tx.erase(layer_policy_key(name)));
  return wire::Empty{};
}

Result<ListLayersResponse> list_layers(Call& call, Reader& reader, const ListLayersRequest& input) {
  const std::string prefix = KeyWriter(KeyKind::Layer).text(call.account).text(call.region).take();
  const std::int64_t most = std::min(input.MaxItems.value_or(kListMost), kListMost);
  ListLayersResponse output;
  output.Layers.emplace();
  KeyRange range = prefix_range(prefix);
  if (input.Marker) range.begin = TRY(marker_position(*input.Marker, prefix));
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    if (static_cast<std::int64_t>(output.Layers->size()) == most) {
      output.NextMarker = page_token(cursor->key());
      break;
    }
    KeyReader key(cursor->key());
    key.text();
    key.text();
    const LayerName name{call.account, call.region, key.text()};
    const auto found = TRY(newest(reader, name, input));
    if (found) output.Layers->push_back({name.name, name.arn(), item_of(*found)});
  }
  TRY(cursor->status());
  return output;
}

// Newest first; a token is the key of the next version.
Result<ListLayerVersionsResponse> list_layer_versions(Call& call, Reader& reader,
                                                      const ListLayerVersionsRequest& input) {
  const LayerName name = parse_layer_name(call, input.LayerName);
  TRY(check_own(call, name));
  const std::string prefix = layer_versions_prefix(name);
  const std::int64_t most = std::min(input.MaxItems.value_or(kListMost), kListMost);
  ListLayerVersionsResponse output;
  output.LayerVersions.emplace();
  KeyRange range = prefix_range(prefix);
  if (input.Marker) range.end = TRY(marker_position(*input.Marker, prefix)) + '\0';
  const auto cursor = reader.scan(range, Direction::Reverse);
  while (cursor->next()) {
    const LayerRecord record = TRY(decode_layer_version(cursor->value()));
    if (!holds(record.shown.CompatibleRuntimes, input.CompatibleRuntime) ||
        !holds(record.shown.CompatibleArchitectures, input.CompatibleArchitecture)) {
      continue;
    }
    if (static_cast<std::int64_t>(output.LayerVersions->size()) == most) {
      output.NextMarker = page_token(cursor->key());
      break;
    }
    output.LayerVersions->push_back(item_of(record.shown));
  }
  TRY(cursor->status());
  return output;
}

}  // namespace orrery::lambda
