#include "services/s3/storage_metrics.h"

#include "base/encode.h"
#include "services/metric_sink.h"
#include "services/record.h"
#include "services/s3/records.h"

#include <map>

namespace orrery::s3 {
namespace {

constexpr std::string_view kTimer = "s3.midnight";
constexpr std::string_view kMessage = "s3.measure";
constexpr std::size_t kObjectsAStep = 2000;
constexpr std::size_t kBytesAStep = std::size_t{8} << 20;  // of rows: small objects stand in theirs

using Day = std::chrono::days;

std::string_view storage_type(std::string_view storage_class) {
  static constexpr std::string_view kTypes[][2] = {{"STANDARD", "StandardStorage"},
                                                   {"REDUCED_REDUNDANCY", "ReducedRedundancyStorage"},
                                                   {"STANDARD_IA", "StandardIAStorage"},
                                                   {"ONEZONE_IA", "OneZoneIAStorage"},
                                                   {"INTELLIGENT_TIERING", "IntelligentTieringFAStorage"},
                                                   {"GLACIER_IR", "GlacierInstantRetrievalStorage"},
                                                   {"GLACIER", "GlacierStorage"},
                                                   {"DEEP_ARCHIVE", "DeepArchiveStorage"}};
  for (const auto& [name, type] : kTypes) {
    if (name == storage_class) return type;
  }
  return "StandardStorage";
}

// What has been counted, and where to go on.
struct Measured {
  std::string bucket;
  Instant midnight;
  std::string from;  // a key of the store, in hex; empty: the first
  std::int64_t objects = 0;
  std::map<std::string, std::int64_t, std::less<>> bytes;  // by storage class

  std::string packed() const {
    json::object sizes;
    for (const auto& [name, size] : bytes) sizes[name] = size;
    return encode_record(json::object{{"bucket", bucket},
                                      {"midnight_ms", epoch_ms(midnight)},
                                      {"from", from},
                                      {"objects", objects},
                                      {"bytes", std::move(sizes)}});
  }
};

Result<Measured> unpacked(std::string_view payload) {
  const json::value document = TRY(decode_record(payload));
  Measured measured;
  measured.bucket = find_string(document, "bucket").value_or("");
  measured.midnight = instant_from_ms(find_int(document, "midnight_ms").value_or(0));
  measured.from = find_string(document, "from").value_or("");
  measured.objects = find_int(document, "objects").value_or(0);
  if (const json::value* sizes = find(document, "bytes"); sizes != nullptr && sizes->is_object()) {
    for (const auto& size : sizes->get_object()) measured.bytes[size.key()] = size.value().to_number<std::int64_t>();
  }
  return measured;
}

// True: all objects have been counted.
Result<bool> count_some(Reader& reader, Measured& measured) {
  KeyRange range = objects_range(measured.bucket, "");
  if (!measured.from.empty()) range.begin = unhex(measured.from).value_or(range.begin);
  std::size_t seen = 0, bytes = 0;
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    if (seen++ == kObjectsAStep || bytes > kBytesAStep) {
      measured.from = hex(cursor->key());
      return false;
    }
    bytes += cursor->value().size();
    const ObjectRecord object = TRY(decode_object(cursor->value(), WithBody::No));
    ++measured.objects;
    measured.bytes[object.storage_class] += static_cast<std::int64_t>(object.size);
  }
  TRY(cursor->status());
  return true;
}

void publish(MetricSink& sink, const BucketRecord& bucket, const Measured& measured) {
  if (measured.objects == 0) return;
  PublishedMetric metric{bucket.account, bucket.region, "AWS/S3", "NumberOfObjects", "Count"};
  metric.at = measured.midnight;
  metric.dimensions = {{"BucketName", bucket.name}, {"StorageType", "AllStorageTypes"}};
  sink.publish(metric, static_cast<double>(measured.objects));
  metric.name = "BucketSizeBytes";
  metric.unit = "Bytes";
  for (const auto& [storage_class, bytes] : measured.bytes) {
    metric.dimensions = {{"BucketName", bucket.name}, {"StorageType", storage_type(storage_class)}};
    sink.publish(metric, static_cast<double>(bytes));
  }
}

}  // namespace

Result<> arm_measuring(S3& s3, Transaction& tx, Instant now) {
  if (s3.background == nullptr) return {};
  const Instant midnight = std::chrono::floor<Day>(now) + Day(1);
  return s3.background->arm(tx, {std::string(kTimer), "daily", midnight, {}});
}

Result<> on_midnight(S3& s3, Transaction& tx, const Timer& timer) {
  bool any = false;
  const auto cursor = tx.scan(buckets_range(""));
  while (cursor->next()) {
    any = true;
    Measured measured;
    measured.bucket = TRY(decode_bucket(cursor->value())).name;
    measured.midnight = std::chrono::floor<Day>(timer.now);
    Message message;
    message.kind = kMessage;
    message.id = measured.bucket;
    message.due = timer.now;
    message.payload = measured.packed();
    TRY(s3.background->post(tx, message));
  }
  TRY(cursor->status());
  return any ? arm_measuring(s3, tx, timer.now) : Result<>();
}

Result<Delivered> measure_step(S3& s3, Transaction& tx, const Message& message) {
  Delivered delivered;
  Measured measured = TRY(unpacked(message.payload));
  delivered.summary = "bucket " + measured.bucket + " measured";
  const auto bucket = TRY(find_bucket(tx, measured.bucket));
  if (!bucket) return delivered;
  if (!TRY(count_some(tx, measured))) {
    delivered.retry_at = message.due;
    delivered.payload = measured.packed();
  } else if (s3.metrics != nullptr) {
    tx.on_commit([sink = s3.metrics, bucket = *bucket, measured] { publish(*sink, bucket, measured); });
  }
  return delivered;
}

void register_background(S3& s3) {
  s3.background->on_timer(std::string(kTimer),
                          [&s3](Transaction& tx, const Timer& timer) { return on_midnight(s3, tx, timer); });
  s3.background->on_message(std::string(kMessage),
                            [&s3](Transaction& tx, const Message& message) { return measure_step(s3, tx, message); });
}

}  // namespace orrery::s3
