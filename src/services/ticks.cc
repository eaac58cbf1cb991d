#include "services/ticks.h"

#include "store/key.h"

#include <algorithm>

namespace orrery {
namespace {

constexpr char kVersion = 1;  // the first byte of the value
constexpr std::size_t kMostErrorBytes = 300;

std::string outcome_key(std::string_view owner_arn) { return KeyWriter(KeyKind::TickOutcome).text(owner_arn).take(); }

void append(std::string& out, Instant at) {
  const auto value = static_cast<std::uint64_t>(epoch_ms(at));
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

Instant instant_from(KeyReader& reader) { return instant_from_ms(static_cast<long long>(reader.u64())); }

}  // namespace

Result<std::optional<TickOutcome>> get_tick_outcome(Reader& reader, std::string_view owner_arn) {
  const auto value = TRY(reader.get(outcome_key(owner_arn)));
  if (!value || value->empty() || value->front() != kVersion) return std::optional<TickOutcome>();
  KeyReader fields(*value);
  TickOutcome outcome;
  outcome.tick = instant_from(fields);
  outcome.due = instant_from(fields);
  outcome.ran_at = instant_from(fields);
  const Instant failed_at = instant_from(fields);
  if (failed_at != Instant()) outcome.failed_at = failed_at;
  outcome.error = fields.rest();
  if (!fields.ok()) return fail(internal_error("corrupt record of a tick"));
  return std::optional(std::move(outcome));
}

Result<> put_tick_outcome(Transaction& tx, std::string_view owner_arn, TickOutcome outcome) {
  const std::string key = outcome_key(owner_arn);
  if (!outcome.error.empty()) {
    outcome.failed_at = outcome.ran_at;
    outcome.error.resize(std::min(outcome.error.size(), kMostErrorBytes));
  } else if (!outcome.failed_at) {
    const auto former = TRY(get_tick_outcome(tx, owner_arn));
    if (former) outcome.failed_at = former->failed_at;
  }
  std::string value(1, kVersion);
  append(value, outcome.tick);
  append(value, outcome.due);
  append(value, outcome.ran_at);
  append(value, outcome.failed_at.value_or(Instant()));
  value += outcome.error;
  return tx.put(key, value);
}

Result<> erase_tick_outcome(Transaction& tx, std::string_view owner_arn) { return tx.erase(outcome_key(owner_arn)); }

}  // namespace orrery
