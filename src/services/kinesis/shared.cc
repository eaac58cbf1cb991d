#include "base/arn.h"
#include "services/kinesis/operations.h"

namespace orrery::kinesis {

Error invalid_argument(std::string message) { return errors::InvalidArgumentException(std::move(message)); }
Error invalid_request(std::string message) { return errors::ValidationException(std::move(message)); }
std::string label(const StreamName& name) { return "stream " + name.name + " under account " + name.account; }
Error not_found(const StreamName& name) {
  return errors::ResourceNotFoundException("Stream " + name.name + " under account " + name.account + " not found.");
}

std::optional<StreamName> parse_stream_arn(std::string_view text) {
  constexpr std::string_view kStream = "stream/";
  const auto arn = Arn::parse(text);
  if (!arn || arn->service != "kinesis" || !arn->resource.starts_with(kStream)) return std::nullopt;
  StreamName name{arn->account, arn->region, arn->resource.substr(kStream.size())};
  if (name.name.empty() || name.name.find('/') != std::string::npos) return std::nullopt;
  // Policies were asked about the text: there is no second way to write it (another partition), which they do not name.
  if (text != name.arn()) return std::nullopt;
  return name;
}

Result<StreamName> stream_meant(const Call& call, const std::optional<std::string>& name,
                                const std::optional<std::string>& arn) {
  if (!arn) {
    if (!name) return fail(invalid_argument("Either StreamName or StreamARN must be provided."));
    return StreamName{call.account, call.region, *name};
  }
  auto meant = parse_stream_arn(*arn);
  if (!meant) return fail(invalid_argument("StreamARN " + *arn + " is not the ARN of a stream."));
  if (name && *name != meant->name) {
    return fail(invalid_argument("StreamName " + *name + " and StreamARN " + *arn + " do not name the same stream."));
  }
  if (meant->region != call.region) return fail(not_found(*meant));
  return *std::move(meant);
}

Result<KnownStream> existing_stream(Kinesis& kinesis, Reader& reader, const StreamName& name) {
  auto stream = TRY(kinesis.streams.find(reader, name));
  if (stream == nullptr) return fail(not_found(name));
  return stream;
}

Result<> check_not_dry(const std::optional<bool>& dry_run) {
  if (!dry_run.value_or(false)) return {};
  return fail(errors::DryRunOperationException("Request would have succeeded, but DryRun flag is set."));
}

Result<std::int64_t> open_shards(Reader& reader, const StreamName& of) {
  std::int64_t count = 0;
  const auto cursor = reader.scan(prefix_range(streams_prefix(of.account, of.region)));
  while (cursor->next()) {
    const StreamRow stream = TRY(decode_stream(cursor->value()));
    if (!stream.on_demand) count += static_cast<std::int64_t>(stream.open.size());
  }
  TRY(cursor->status());
  return count;
}

// docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
std::int64_t shard_limit(std::string_view region) {
  const bool large = region == "us-east-1" || region == "us-west-2" || region == "eu-west-1";
  return large ? 20'000 : 6'000;
}

Result<> check_shard_limit(Reader& reader, const StreamName& of, std::int64_t more) {
  const std::int64_t now = TRY(open_shards(reader, of)), limit = shard_limit(of.region);
  if (now + more <= limit) return {};
  return fail(errors::LimitExceededException(
      "This request would exceed the shard limit for the account " + of.account + " in " + of.region +
      ". Current shard count for the account: " + std::to_string(now) + ". Limit: " + std::to_string(limit) +
      ". Number of additional shards that would have resulted from this request: " + std::to_string(more) +
      ". Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) "
      "for current limits and how to request higher limits."));
}

Result<> check_on_demand_limit(Reader& reader, const StreamName& name) {
  std::int64_t others = 0;
  const auto cursor = reader.scan(prefix_range(streams_prefix(name.account, name.region)));
  while (cursor->next()) others += TRY(decode_stream(cursor->value())).on_demand ? 1 : 0;
  TRY(cursor->status());
  if (others < kOnDemandLimit) return {};
  return fail(errors::LimitExceededException(
      "This request would exceed the limit of on-demand streams for the account " + name.account + " in " +
      name.region + ": " + std::to_string(kOnDemandLimit) + "."));
}

}  // namespace orrery::kinesis
