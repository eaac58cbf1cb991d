#include "services/ticks.h"

#include "store/key.h"

namespace orrery {
namespace {

constexpr char kVersion = 2;  // the first byte of the value
constexpr std::size_t kMostErrorBytes = 300;

std::string outcome_key(std::string_view owner_arn) { return KeyWriter(KeyKind::TickOutcome).text(owner_arn).take(); }

// When one failed last has a row of its own: nearly all ticks succeed, and write without reading.
std::string failure_key(std::string_view owner_arn) {
  return KeyWriter(KeyKind::TickOutcome).text(owner_arn).text("failed").take();
}

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
  outcome.error = fields.rest();
  if (!fields.ok()) return fail(internal_error("corrupt record of a tick"));
  if (const auto failure = TRY(reader.get(failure_key(owner_arn)))) {
    KeyReader at(*failure);
    outcome.failed_at = instant_from(at);
  }
  return std::optional(std::move(outcome));
}

Result<> put_tick_outcome(Transaction& tx, std::string_view owner_arn, const TickOutcome& outcome) {
  std::string value(1, kVersion);
  append(value, outcome.tick);
  append(value, outcome.due);
  append(value, outcome.ran_at);
  value += std::string_view(outcome.error).substr(0, kMostErrorBytes);
  TRY(tx.put(outcome_key(owner_arn), value));
  if (outcome.error.empty()) return {};
  std::string failure(1, kVersion);
  append(failure, outcome.ran_at);
  return tx.put(failure_key(owner_arn), failure);
}

Result<> erase_tick_outcome(Transaction& tx, std::string_view owner_arn) {
  TRY(tx.erase(failure_key(owner_arn)));
  return tx.erase(outcome_key(owner_arn));
}

}  // namespace orrery
