// The retention period, the encryption and the mode of a stream.
#include "services/kinesis/operations.h"
#include "services/kinesis/records/trimming.h"

namespace orrery::kinesis {
namespace {

constexpr std::int64_t kLeastHours = 24;
constexpr std::int64_t kMostHours = 8760;
constexpr std::size_t kSwitchesADay = 2;

Result<> check_hours(std::int64_t hours) {
  if (hours < kLeastHours) {
    return fail(invalid_argument("Minimum allowed retention period is " + std::to_string(kLeastHours) +
                                 " hours. Requested retention period (" + std::to_string(hours) +
                                 " hours) is too short."));
  }
  if (hours > kMostHours) {
    return fail(invalid_argument("Maximum allowed retention period is " + std::to_string(kMostHours) +
                                 " hours. Requested retention period (" + std::to_string(hours) +
                                 " hours) is too long."));
  }
  return {};
}

// "For each data stream in your account, you can switch between the on-demand and provisioned capacity modes twice
// within 24 hours." Forgets older ones.
Result<> check_switches(StreamRow& stream, Instant now) {
  std::erase_if(stream.switches, [&](Instant at) { return at <= now - std::chrono::hours(24); });
  if (stream.switches.size() < kSwitchesADay) return {};
  return fail(errors::LimitExceededException("UpdateStreamMode of " + label(stream.name) + " exceeds the limit of " +
                                             std::to_string(kSwitchesADay) + " in a rolling 24-hour period."));
}

Failure wrong_way(const StreamRow& stream, std::int64_t hours, const std::string& comparison, const std::string& use) {
  return fail(invalid_argument("Requested retention period (" + std::to_string(hours) + " hours) for stream " +
                               stream.name.name + " can not be " + comparison + " than existing retention period (" +
                               std::to_string(stream.retention_hours) + " hours). Use " + use + " API."));
}

}  // namespace

Result<wire::Empty> increase_retention(Kinesis& kinesis, Call& call, Transaction& tx,
                                       const IncreaseStreamRetentionPeriodInput& input) {
  const KnownStream known = TRY(named_stream(kinesis, call, tx, input));
  const std::int64_t hours = input.RetentionPeriodHours;
  TRY(check_hours(hours));
  if (hours < known->retention_hours) return wrong_way(*known, hours, "shorter", "DecreaseRetentionPeriod");
  StreamRow stream = *known;
  stream.retention_hours = hours;
  TRY(put_stream(tx, stream));
  return wire::Empty{};
}

Result<wire::Empty> decrease_retention(Kinesis& kinesis, Call& call, Transaction& tx,
                                       const DecreaseStreamRetentionPeriodInput& input) {
  const KnownStream known = TRY(named_stream(kinesis, call, tx, input));
  const std::int64_t hours = input.RetentionPeriodHours;
  TRY(check_hours(hours));
  if (hours > known->retention_hours) return wrong_way(*known, hours, "longer", "IncreaseRetentionPeriod");
  StreamRow stream = *known;
  stream.retention_hours = hours;
  TRY(put_stream(tx, stream));
  // "… records that are older than the new retention period are immediately inaccessible."
  TRY(watch_records(kinesis, tx, stream, call.now));
  return wire::Empty{};
}

Result<wire::Empty> start_encryption(Kinesis& kinesis, Call& call, Transaction& tx,
                                     const StartStreamEncryptionInput& input) {
  const KnownStream known = TRY(named_stream(kinesis, call, tx, input));
  if (input.EncryptionType != EncryptionType::KMS) {
    return fail(invalid_argument("EncryptionType must be KMS: StopStreamEncryption ends the encryption of a stream."));
  }
  StreamRow stream = *known;
  stream.key_id = input.KeyId;
  TRY(put_stream(tx, stream));
  return wire::Empty{};
}

Result<wire::Empty> stop_encryption(Kinesis& kinesis, Call& call, Transaction& tx,
                                    const StopStreamEncryptionInput& input) {
  const KnownStream known = TRY(named_stream(kinesis, call, tx, input));
  if (input.EncryptionType != EncryptionType::KMS) return fail(invalid_argument("EncryptionType must be KMS."));
  if (known->encrypted() && known->key_id != input.KeyId) {
    return fail(invalid_argument("KeyId " + input.KeyId + " is not the one that " + label(known->name) +
                                 " is encrypted with."));
  }
  StreamRow stream = *known;
  stream.key_id.clear();
  TRY(put_stream(tx, stream));
  return wire::Empty{};
}

Result<wire::Empty> update_stream_mode(Kinesis& kinesis, Call& call, Transaction& tx,
                                       const UpdateStreamModeInput& input) {
  const KnownStream known = TRY(existing_stream(kinesis, tx, TRY(stream_meant(call, std::nullopt, input.StreamARN))));
  const bool on_demand = input.StreamModeDetails.StreamMode == StreamMode::ON_DEMAND;
  if (!on_demand && input.WarmThroughputMiBps) {
    return fail(invalid_request("WarmThroughputMiBps can only be specified for streams in ON_DEMAND mode."));
  }
  StreamRow stream = *known;
  if (on_demand != known->on_demand) {
    TRY(check_switches(stream, call.now));
    TRY(on_demand ? check_on_demand_limit(tx, stream.name)
                  : check_shard_limit(tx, stream.name, static_cast<std::int64_t>(stream.open.size())));
    stream.switches.push_back(call.now);
  }
  stream.on_demand = on_demand;
  stream.warm_mibps = on_demand ? input.WarmThroughputMiBps.value_or(stream.warm_mibps) : 0;
  TRY(put_stream(tx, stream));
  return wire::Empty{};
}

}  // namespace orrery::kinesis
