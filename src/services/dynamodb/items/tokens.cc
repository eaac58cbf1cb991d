#include "services/dynamodb/items/tokens.h"

#include "base/encode.h"
#include "services/record.h"
#include "shapes/dynamodb.h"
#include "store/key.h"

namespace orrery::dynamodb {
namespace {

constexpr std::size_t kSweptAtOnce = 1000;

Result<bool> has_expired(std::string_view bytes, Instant now) {
  const json::value record = TRY(decode_record(bytes));
  return find_int(record, "until").value_or(0) <= epoch_ms(now);
}

// One timer for all tokens of the same ten minutes, due when the last of them has expired. Arming it in every
// transaction would make all of them write one row; so a process remembers for which ten minutes it has armed one.
Result<> arm(DynamoDb& dynamodb, Transaction& tx, Instant now) {
  const std::int64_t span = kTokenLifetime.count();
  const std::int64_t nth = epoch_ms(now) / span;
  if (dynamodb.tokens_armed.load(std::memory_order_relaxed) == nth) return {};
  Timer timer;
  timer.kind = kTokenTimer;
  timer.id = std::to_string(nth);
  timer.due = instant_from_ms((nth + 2) * span);
  TRY(dynamodb.background.arm(tx, timer));
  tx.on_commit([&dynamodb, nth] { dynamodb.tokens_armed.store(nth, std::memory_order_relaxed); });
  return {};
}

}  // namespace

ClientToken::ClientToken(const Call& call, std::string_view operation, std::string_view token, std::string fingerprint)
    : now_(call.now), fingerprint_(std::move(fingerprint)) {
  std::string name(operation);
  name.append(":").append(token);
  key_ = KeyWriter(KeyKind::TransactToken).text(call.account).text(call.region).text(name).take();
}

Result<std::optional<ClientToken::Reads>> ClientToken::recall(Reader& reader) const {
  const auto bytes = TRY(reader.get(key_));
  if (!bytes || TRY(has_expired(*bytes, now_))) return std::optional<Reads>();
  const json::value record = TRY(decode_record(*bytes));
  if (find_string(record, "sha256") != fingerprint_) {
    return fail(errors::IdempotentParameterMismatchException(
        "DynamoDB rejected the request because you retried a request with a different payload but with an idempotent "
        "token that was already used."));
  }
  Reads reads;
  if (const json::value* stored = find(record, "reads"); stored != nullptr && stored->is_object()) {
    for (const auto& [table, units] : stored->get_object()) reads[std::string(table)] = units.to_number<double>();
  }
  return std::optional<Reads>(std::move(reads));
}

Result<> ClientToken::remember(DynamoDb& dynamodb, Transaction& tx, const Reads& reads) const {
  json::object by_table;
  for (const auto& [table, units] : reads) by_table[table] = units;
  json::object record;
  record["sha256"] = fingerprint_;
  record["until"] = epoch_ms(now_ + kTokenLifetime);
  record["reads"] = std::move(by_table);
  TRY(put_record(tx, key_, record));
  return arm(dynamodb, tx, now_);
}

Result<> sweep_tokens(DynamoDb& dynamodb, Transaction& tx, const Timer& timer) {
  KeyRange range = prefix_range(KeyWriter(KeyKind::TransactToken).take());
  if (!timer.payload.empty()) range.begin = timer.payload;
  std::size_t seen = 0;
  const auto cursor = tx.scan(range);
  while (cursor->next()) {
    const std::string key(cursor->key());
    if (++seen > kSweptAtOnce) {
      Timer next = timer;
      next.due = timer.now;
      next.payload = key;
      return dynamodb.background.arm(tx, next);
    }
    if (!TRY(has_expired(cursor->value(), timer.now))) continue;
    TRY(tx.get(key));  // so that a transaction which uses the token anew at this moment is not undone
    TRY(tx.erase(key));
  }
  return cursor->status();
}

}  // namespace orrery::dynamodb
