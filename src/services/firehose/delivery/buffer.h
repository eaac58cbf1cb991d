// Records on their way: rows that wait until there are enough of them, or they have waited long enough. Then the buffer
// is cut: what is in it becomes a batch, and a message of the outbox delivers it.
#pragma once

#include "services/firehose/operations.h"

#include <span>
#include <string_view>
#include <vector>

namespace orrery::firehose {

inline constexpr std::string_view kCutTimer = "firehose.cut";
inline constexpr std::string_view kDeliver = "firehose.deliver";  // a family: "firehose.deliver/STREAM ID"

// Writes them behind what is there, and cuts the buffer when it is full, or has it cut after the stream's interval.
Result<Places> append(Firehose& firehose, Transaction& tx, const StreamRow& stream,
                      std::span<const std::string_view> records, Instant now);
// The handler of the timer.
Result<> on_cut_due(Firehose& firehose, Transaction& tx, const Timer& timer);
// Of a stream that goes.
Result<> close_buffer(Firehose& firehose, Transaction& tx, const StreamRow& stream, Instant now);

struct Waiting {
  std::uint64_t place = 0;
  Instant at;
  std::string data;
};
// A batch: the records with places from `first` to `last`.
struct Batch {
  StreamRow stream;  // as it is now; as it was last, when it is gone
  std::uint64_t first = 0, last = 0;
};
Result<Batch> open_batch(Reader& reader, const Message& message);
Result<std::vector<Waiting>> records_of(Reader& reader, const Batch& batch);
Result<> erase_records(Transaction& tx, const Batch& batch);

// What clients get for a record.
std::string record_id(const StreamRow& stream, std::uint64_t place);

}  // namespace orrery::firehose
