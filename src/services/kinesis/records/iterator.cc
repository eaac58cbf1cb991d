#include "services/kinesis/records/iterator.h"

#include "services/paging.h"
#include "store/key.h"

namespace orrery::kinesis {

std::string to_text(const ShardIterator& iterator) {
  return page_token(KeyWriter(KeyKind::KinesisRecord)
                        .u8(1)
                        .text(iterator.stream.account)
                        .text(iterator.stream.region)
                        .text(iterator.stream.name)
                        .u64(iterator.stream_number)
                        .u64(iterator.shard)
                        .u64(iterator.index)
                        .u64(static_cast<std::uint64_t>(epoch_ms(iterator.issued)))
                        .take());
}

std::optional<ShardIterator> parse_iterator(std::string_view text) {
  const auto bytes = page_position(text);
  if (!bytes || bytes->empty() || static_cast<KeyKind>(bytes->front()) != KeyKind::KinesisRecord) return std::nullopt;
  KeyReader reader(*bytes);
  if (reader.u8() != 1) return std::nullopt;
  ShardIterator iterator;
  iterator.stream.account = reader.text();
  iterator.stream.region = reader.text();
  iterator.stream.name = reader.text();
  iterator.stream_number = reader.u64();
  iterator.shard = static_cast<ShardNumber>(reader.u64());
  iterator.index = reader.u64();
  iterator.issued = instant_from_ms(static_cast<std::int64_t>(reader.u64()));
  if (!reader.ok() || !reader.rest().empty()) return std::nullopt;
  return iterator;
}

}  // namespace orrery::kinesis
