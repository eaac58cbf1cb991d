#include "services/lambda/event_sources/lane.h"

#include "services/record.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

// "Lambda retries with exponential back-off": from one second to one minute here.
Millis back_off(int failures) { return std::chrono::seconds(std::min(60, 1 << std::min(failures, 6))); }

// The batch at hand is done with, one way or the other.
void move_on(Lane& lane, const std::vector<std::string>& sequences, const Position& whole) {
  lane.position = lane.ends.empty() ? whole : Position::after(sequences.back());
  if (!lane.ends.empty()) lane.ends.pop_back();
  lane.attempts = 0;
  lane.stalls = 0;
  lane.retry_at.reset();
}

void try_again(Lane& lane, const std::vector<std::string>& sequences, int failures, Instant now) {
  if (lane.ends.empty()) lane.ends.push_back(sequences.back());
  lane.retry_at = now + back_off(failures);
}

}  // namespace

std::string encode_lane(const Lane& lane) {
  json::array ends;
  for (const std::string& end : lane.ends) ends.emplace_back(end);
  json::object document{{"kind", static_cast<std::int64_t>(lane.position.kind)},
                        {"at", epoch_ms(lane.position.at)},
                        {"sequence", lane.position.sequence},
                        {"ends", std::move(ends)},
                        {"attempts", lane.attempts},
                        {"stalls", lane.stalls},
                        {"of", lane.of}};
  if (lane.retry_at) document["retry"] = epoch_ms(*lane.retry_at);
  if (lane.window_start) document["window"] = epoch_ms(*lane.window_start);
  if (!lane.window_state.is_null()) document["state"] = lane.window_state;
  return encode_record(document);
}

Result<Lane> decode_lane(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  const auto number = [&](std::string_view member) { return find_int(document, member).value_or(0); };
  Lane lane;
  lane.position.kind = static_cast<Position::Kind>(number("kind"));
  lane.position.at = instant_from_ms(number("at"));
  lane.position.sequence = find_string(document, "sequence").value_or("");
  if (const json::value* ends = find(document, "ends"); ends != nullptr && ends->is_array()) {
    for (const json::value& end : ends->get_array()) {
      if (end.is_string()) lane.ends.emplace_back(end.get_string());
    }
  }
  lane.attempts = static_cast<int>(number("attempts"));
  lane.stalls = static_cast<int>(number("stalls"));
  lane.of = std::max<std::int64_t>(1, number("of"));
  if (const auto retry = find_int(document, "retry")) lane.retry_at = instant_from_ms(*retry);
  if (const auto window = find_int(document, "window")) lane.window_start = instant_from_ms(*window);
  if (const json::value* state = find(document, "state")) lane.window_state = *state;
  return lane;
}

// FNV-1a: the same in every process, for the lanes outlive it.
std::int64_t lane_of(std::string_view key, std::int64_t lanes) {
  std::uint64_t hash = 14'695'981'039'346'656'037ULL;
  for (const char byte : key) hash = (hash ^ static_cast<unsigned char>(byte)) * 1'099'511'628'211ULL;
  return static_cast<std::int64_t>((hash >> 16) % static_cast<std::uint64_t>(lanes));
}

Position earliest(const std::vector<Lane>& lanes) {
  const auto found = std::ranges::min_element(
      lanes, [](const Lane& a, const Lane& b) { return comes_before(a.position, b.position); });
  return found == lanes.end() ? Position() : found->position;
}

Following follow(const Lane& before, const std::vector<std::string>& sequences, const Position& whole,
                 const Attempted& attempted, const FailurePolicy& policy, Instant now) {
  Following out;
  Lane& lane = out.lane = before;
  lane.retry_at.reset();
  if (attempted.kind == Attempted::Kind::Done) {
    move_on(lane, sequences, whole);
    return out;
  }
  // "This doesn't apply to service errors or throttles where the function isn't invoked."
  if (attempted.kind == Attempted::Kind::NotRun) {
    try_again(lane, sequences, lane.stalls++, now);
    return out;
  }
  lane.stalls = 0;
  const std::size_t from = std::min(attempted.failed_from, sequences.size() - 1);
  // Halves of what has failed as a whole; splitting is no retry. What a partial answer leaves is split there already.
  if (policy.bisect && from == 0 && sequences.size() > 1) {
    if (lane.ends.empty()) lane.ends.push_back(sequences.back());
    lane.ends.push_back(sequences[sequences.size() / 2 - 1]);
    return out;
  }
  if (policy.most_retries >= 0 && lane.attempts >= policy.most_retries) {
    move_on(lane, sequences, whole);
    out.given_up_from = from;
    return out;
  }
  try_again(lane, sequences, lane.attempts++, now);
  if (from > 0) lane.position = Position::after(sequences[from - 1]);
  return out;
}

Lane give_up(const Lane& before, const std::string& last_sequence) {
  Lane lane = before;
  lane.position = Position::after(last_sequence);
  if (!lane.ends.empty() && !comes_before(last_sequence, lane.ends.back())) {
    lane.ends.pop_back();
    lane.attempts = 0;
  }
  lane.retry_at.reset();
  return lane;
}

}  // namespace orrery::lambda
