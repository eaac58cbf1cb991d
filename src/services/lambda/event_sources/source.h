// Where records come from. Streams (DynamoDB's, Kinesis') are read shard by shard through the Dispatcher, as the
// function's role: a service that comes later plugs in here. What is absent is answered by the dispatcher's
// NotImplemented.
#pragma once

#include "services/dispatcher.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::lambda {

// A place in a shard. Ordered: what comes first has been read less.
struct Position {
  enum class Kind : std::uint8_t { TrimHorizon, AtTime, After, End };
  Kind kind = Kind::TrimHorizon;
  Instant at{};          // AtTime
  std::string sequence;  // After: the number of the last record that is done with

  static Position after(std::string sequence) { return {Kind::After, {}, std::move(sequence)}; }
  bool operator==(const Position&) const = default;
};
// Sequence numbers are decimal numbers of any length.
bool comes_before(std::string_view sequence, std::string_view other);
bool comes_before(const Position& one, const Position& other);

struct SourceRecord {
  std::string sequence;
  std::string key;  // order is kept among records with the same one
  Instant arrived;
  json::value document;  // as the function gets it
  json::value filtered;  // what filters see, where that is something else; otherwise null
  const json::value& for_filters() const { return filtered.is_null() ? document : filtered; }
};

struct ShardInfo {
  std::string id, parent;  // parent empty: none
  std::string adjacent{};  // the other parent of one that was merged
};

struct SourcePage {
  std::vector<SourceRecord> records;
  std::optional<std::string> next;  // iterator; nullopt: the shard is closed and read to its end
};

class StreamSource {
 public:
  virtual ~StreamSource() = default;
  // Parents before children.
  virtual Result<std::vector<ShardInfo>> shards() = 0;
  virtual Result<std::string> iterator(const std::string& shard, const Position& from) = 0;
  virtual Result<SourcePage> read(const std::string& iterator, std::size_t limit) = 0;
};

enum class SourceKind : std::uint8_t { DynamoDb, Kinesis, Queue, Other };
SourceKind source_kind(std::string_view arn);

// Reads within `tx`, as `caller`; `shard` names are given back in what functions get. All of it is borrowed.
std::unique_ptr<StreamSource> open_stream(SourceKind kind, Dispatcher& dispatcher, Transaction& tx,
                                          const Caller& caller, const std::string& arn);

}  // namespace orrery::lambda
