#include "services/dynamodb/streams/iterator.h"

#include "services/paging.h"
#include "store/key.h"

namespace orrery::dynamodb {

std::string to_text(const ShardIterator& iterator) {
  const std::string position = KeyWriter(KeyKind::TableStream)
                                   .u64(iterator.bucket)
                                   .u64(iterator.position)
                                   .u64(static_cast<std::uint64_t>(epoch_ms(iterator.issued)))
                                   .take();
  return iterator.stream_arn + "|1|" + page_token(position);
}

Result<ShardIterator> parse_iterator(std::string_view text) {
  const auto invalid = [] { return fail(validation_error("Invalid ShardIterator")); };
  const auto mark = text.find("|1|");
  if (mark == std::string_view::npos) return invalid();
  const auto bytes = page_position(text.substr(mark + 3));
  if (!bytes) return invalid();
  KeyReader reader(*bytes);
  ShardIterator iterator;
  iterator.stream_arn = text.substr(0, mark);
  iterator.bucket = reader.u64();
  iterator.position = reader.u64();
  iterator.issued = instant_from_ms(static_cast<std::int64_t>(reader.u64()));
  if (!reader.ok() || !reader.rest().empty()) return invalid();
  return iterator;
}

}  // namespace orrery::dynamodb
