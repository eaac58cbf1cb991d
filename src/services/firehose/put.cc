// PutRecord, PutRecordBatch.
#include "services/firehose/delivery/buffer.h"
#include "services/firehose/metrics.h"
#include "services/firehose/operations.h"

namespace orrery::firehose {
namespace {

constexpr std::size_t kMostKnown = 1000;  // then they are read anew
constexpr std::size_t kMostBatchBytes = std::size_t{4} * 1024 * 1024;

using Stream = std::shared_ptr<const StreamRow>;

// Always what the reader sees: its bytes are compared.
Result<Stream> writable_stream(Firehose& firehose, Reader& reader, const Call& call, const std::string& name) {
  const std::string key = stream_key({call.account, call.region, name});
  auto bytes = TRY(reader.get(key));
  Stream stream;
  {
    const std::lock_guard lock(firehose.mutex);
    const auto found = firehose.known.find(key);
    if (bytes && found != firehose.known.end() && found->second.bytes == *bytes) stream = found->second.row;
  }
  if (stream == nullptr) {
    stream = std::make_shared<const StreamRow>(TRY(existing_stream(reader, call, name)));
    const std::lock_guard lock(firehose.mutex);
    if (firehose.known.size() >= kMostKnown) firehose.known.clear();
    if (bytes) firehose.known[key] = {*std::move(bytes), stream};
  }
  if (!stream->source) return stream;
  return fail(invalid("This operation is not permitted on KinesisStreamAsSource delivery stream type."));
}

void count(Firehose& firehose, Transaction& tx, const StreamName& stream, std::string_view operation,
           std::size_t records, std::size_t bytes) {
  if (firehose.metrics == nullptr) return;
  tx.on_commit([&firehose, stream, operation, records, bytes] {
    count_put(*firehose.metrics, stream, operation, records, bytes);
  });
}

}  // namespace

Result<PutRecordOutput> put_record(Firehose& firehose, Call& call, Transaction& tx, const PutRecordInput& input) {
  const Stream stream = TRY(writable_stream(firehose, tx, call, input.DeliveryStreamName));
  const std::string_view data = input.Record.Data;
  const Places places = TRY(append(firehose, tx, *stream, {&data, 1}, call.now));
  count(firehose, tx, stream->name, "PutRecord", 1, data.size());
  PutRecordOutput output;
  output.RecordId = record_id(*stream, places.first);
  output.Encrypted = stream->encrypted();
  return output;
}

Result<PutRecordBatchOutput> put_record_batch(Firehose& firehose, Call& call, Transaction& tx,
                                              const PutRecordBatchInput& input) {
  const Stream stream = TRY(writable_stream(firehose, tx, call, input.DeliveryStreamName));
  std::vector<std::string_view> records;
  records.reserve(input.Records.size());
  std::size_t bytes = 0;
  for (const Record& record : input.Records) {
    records.emplace_back(record.Data);
    bytes += record.Data.size();
  }
  if (bytes > kMostBatchBytes) return fail(invalid("Records size exceeds 4 MB limit"));
  const Places places = TRY(append(firehose, tx, *stream, records, call.now));
  count(firehose, tx, stream->name, "PutRecordBatch", records.size(), bytes);
  PutRecordBatchOutput output;
  output.Encrypted = stream->encrypted();
  output.RequestResponses.reserve(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    output.RequestResponses.emplace_back().RecordId = record_id(*stream, places.first + i);
  }
  return output;
}

}  // namespace orrery::firehose
