#include "services/dynamodb/tables/erasing.h"

#include "base/encode.h"
#include "base/json.h"
#include "services/dynamodb/operations.h"
#include "services/dynamodb/tables/tables.h"

#include <charconv>

namespace orrery::dynamodb {
namespace {

constexpr int kErasedAStep = 500;

json::array early_ranges(const Message& message) {
  std::uint64_t number = 0;
  std::from_chars(message.id.data(), message.id.data() + message.id.size(), number);
  return json::array{json::array{message.payload, hex(prefix_range(items_prefix(number)).end)}};
}

std::optional<KeyRange> first_range(const json::value& payload) {
  const json::array* ranges = payload.if_array();
  const json::array* first = ranges != nullptr && !ranges->empty() ? ranges->front().if_array() : nullptr;
  if (first == nullptr || first->size() != 2) return std::nullopt;
  const json::string* const texts[] = {first->at(0).if_string(), first->at(1).if_string()};
  if (texts[0] == nullptr || texts[1] == nullptr) return std::nullopt;
  auto begin = unhex(std::string_view(*texts[0]));
  auto end = unhex(std::string_view(*texts[1]));
  if (!begin || !end) return std::nullopt;
  return KeyRange{*std::move(begin), *std::move(end)};
}

}  // namespace

Result<bool> erase_some(Transaction& tx, KeyRange& range) {
  const auto cursor = tx.scan(range);
  int erased = 0;
  while (cursor->next()) {
    if (erased == kErasedAStep) {
      range.begin = cursor->key();
      return false;
    }
    TRY(tx.erase(cursor->key()));
    ++erased;
  }
  TRY(cursor->status());
  return true;
}

Message erase_message(Instant now, std::uint64_t number, const std::vector<std::string>& prefixes) {
  json::array ranges;
  for (const std::string& prefix : prefixes) {
    const KeyRange range = prefix_range(prefix);
    ranges.push_back(json::array{hex(range.begin), hex(range.end)});
  }
  Message message;
  message.kind = kEraseMessage;
  message.id = std::to_string(number);
  message.due = now;
  message.created = now;
  message.payload = json::serialize(ranges);
  return message;
}

Result<> erase_later(DynamoDb& dynamodb, Transaction& tx, Instant now, std::uint64_t number,
                     const std::vector<std::string>& prefixes) {
  return dynamodb.background.post(tx, erase_message(now, number, prefixes));
}

// The payload is what is left, from where to go on: a new step would otherwise pass over the remains of all former
// ones.
Result<Delivered> erase_step(Transaction& tx, const Message& message) {
  // Earlier versions wrote where to go on in the table's items.
  const bool early = !message.payload.starts_with('[');
  json::value payload = early_ranges(message);
  if (!early) payload = TRY(parse_json(message.payload));
  Delivered delivered;
  delivered.summary = "erased items of a deleted table or index";
  const auto remaining = first_range(payload);
  if (!remaining) return fail(internal_error("a message of ours with another payload: " + message.payload));
  KeyRange range = *remaining;
  json::array& ranges = payload.get_array();
  if (TRY(erase_some(tx, range))) {
    ranges.erase(ranges.begin());
  } else {
    ranges.front() = json::array{hex(range.begin), hex(range.end)};
  }
  if (ranges.empty()) return delivered;
  delivered.retry_at = message.due;
  delivered.payload = json::serialize(payload);
  return delivered;
}

}  // namespace orrery::dynamodb
