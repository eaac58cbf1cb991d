#include "server/schedule_reports.h"

#include "background/rows.h"
#include "store/key.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace orrery::server {
namespace {

constexpr std::size_t kUsual = 100;
constexpr std::size_t kMost = 1000;
constexpr std::size_t kLooked = 100'000;  // rows of others

Result<std::size_t> limit_of(std::string_view query) {
  constexpr std::string_view kLimit = "limit=";
  if (query.empty()) return kUsual;
  std::size_t limit = 0;
  const std::string_view text = query.starts_with(kLimit) ? query.substr(kLimit.size()) : "";
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (status == std::errc() && end == text.data() + text.size() && limit >= 1 && limit <= kMost) return limit;
  return fail(api_error("BadRequest", "\"limit\" is a number from 1 to " + std::to_string(kMost), 400));
}

json::object describe_last(const TickOutcome& last) {
  json::object out{{"tick", iso8601_millis(last.tick)},
                   {"ran_at", iso8601_millis(last.ran_at)},
                   {"late_ms", std::max<std::int64_t>(0, (last.ran_at - last.due).count())},
                   {"ok", last.error.empty()}};
  if (!last.error.empty()) out["error"] = last.error;
  return out;
}

// One pass over the store.
class Listing {
 public:
  Listing(Reader& reader, std::size_t limit) : reader_(reader), limit_(limit) {}

  bool full() const { return rows_.size() == limit_; }
  bool more() const { return more_; }
  json::array take() { return std::move(rows_); }

  // In the order of their timers.
  Result<> add_due(const std::vector<ScheduleSource>& sources) {
    const auto cursor = reader_.scan(prefix_range(KeyWriter(KeyKind::Timer).take()));
    for (std::size_t looked = 0; cursor->next() && looked < kLooked; ++looked) {
      const auto timer = background::read_timer(cursor->key(), cursor->value());
      if (!timer) continue;
      const auto source = std::ranges::find(sources, std::string_view(timer->kind), &ScheduleSource::timer_kind);
      if (source == sources.end()) continue;
      if (full()) {
        more_ = true;
        return {};
      }
      const auto work = TRY(source->find(reader_, timer->id));
      if (!work) continue;
      TRY(add(*source, *work, timer->due));
      armed_.insert(timer->id);
    }
    return cursor->status();
  }

  // Those that are disabled or have come to their end. Once there is room for them, all others are listed.
  Result<> add_idle(const ScheduleSource& source) {
    const auto cursor = reader_.scan(prefix_range(KeyWriter(source.records).take()));
    for (std::size_t looked = 0; cursor->next() && looked < kLooked; ++looked) {
      const auto work = TRY(source.read(reader_, cursor->key(), cursor->value()));
      if (!work || armed_.contains(work->arn)) continue;
      if (full()) {
        more_ = true;
        return {};
      }
      TRY(add(source, *work, std::nullopt));
    }
    return cursor->status();
  }

 private:
  Result<> add(const ScheduleSource& source, const ScheduledWork& work, std::optional<Instant> due) {
    json::array targets;
    for (const std::string& target : work.targets) targets.emplace_back(target);
    json::object row{{"kind", source.noun},     {"name", work.name},     {"arn", work.arn},
                     {"account", work.account}, {"region", work.region}, {"expression", work.expression},
                     {"timezone", work.zone},   {"state", work.state},   {"targets", std::move(targets)}};
    if (due) row["due"] = iso8601_millis(*due);
    if (const auto last = TRY(get_tick_outcome(reader_, work.arn))) {
      row["last"] = describe_last(*last);
      if (last->failed_at) row["failed_at"] = iso8601_millis(*last->failed_at);
    }
    rows_.push_back(std::move(row));
    return {};
  }

  Reader& reader_;
  const std::size_t limit_;
  json::array rows_;
  std::set<std::string, std::less<>> armed_;
  bool more_ = false;
};

}  // namespace

// Some at a time, each transaction beginning where the last one has ended.
Result<> ScheduleReports::rearm_all(Instant now) const {
  constexpr int kAtOnce = 200;
  for (const ScheduleSource& source : sources) {
    KeyRange rest = prefix_range(KeyWriter(source.records).take());
    for (bool more = true; more;) {
      std::string last;
      more = TRY(store.transact([&](Transaction& tx) -> Result<bool> {
        const auto cursor = tx.scan(rest);
        for (int count = 0; count < kAtOnce; ++count) {
          if (!cursor->next()) {
            TRY(cursor->status());
            return false;
          }
          last = cursor->key();
          TRY(source.rearm(tx, cursor->key(), cursor->value(), now));
        }
        return true;
      }));
      rest.begin = last + '\0';
    }
  }
  return {};
}

Result<json::value> ScheduleReports::list(std::string_view query) const {
  const auto reader = store.snapshot();
  Listing listing(*reader, TRY(limit_of(query)));
  TRY(listing.add_due(sources));
  if (!listing.more()) {
    for (const ScheduleSource& source : sources) TRY(listing.add_idle(source));
  }
  const bool more = listing.more();
  return json::value(json::object{{"now", iso8601_millis(clock.now())}, {"schedules", listing.take()}, {"more", more}});
}

}  // namespace orrery::server
