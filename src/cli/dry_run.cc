#include "cli/dry_run.h"

#include "base/json.h"
#include "schedule/schedule.h"

#include <charconv>
#include <cstdio>

namespace orrery::cli {
namespace {

constexpr int kMostInstants = 10'000;

struct Wish {
  schedule::Dialect dialect = schedule::Dialect::Scheduler;
  schedule::Zone zone = schedule::Zone::utc();
  int count = 10;
  Instant from;
};

Failure usage(std::string message) { return fail(api_error("Usage", std::move(message))); }

Result<Wish> wish_of(const Words& words, Instant now) {
  Wish wish;
  const std::string dialect = words.flag("--dialect", "scheduler");
  if (dialect == "rules") {
    wish.dialect = schedule::Dialect::Rules;
  } else if (dialect != "scheduler") {
    return usage("--dialect: \"" + dialect + "\" is neither rules nor scheduler");
  }
  const std::string zone = words.flag("--timezone", "UTC");
  auto found = schedule::Zone::find(zone);
  if (!found) return usage("--timezone: there is no time zone " + zone + " (as in Europe/Berlin)");
  wish.zone = *std::move(found);
  if (wish.dialect == schedule::Dialect::Rules && !wish.zone.is_utc()) {
    return usage("EventBridge's rules know UTC only; --timezone is for EventBridge Scheduler (--dialect scheduler)");
  }
  const std::string count = words.flag("--count", "10");
  const auto [end, status] = std::from_chars(count.data(), count.data() + count.size(), wish.count);
  if (status != std::errc() || end != count.data() + count.size() || wish.count < 1 || wish.count > kMostInstants) {
    return usage("--count: \"" + count + "\" is not a number from 1 to " + std::to_string(kMostInstants));
  }
  const std::string from = words.flag("--from", iso8601_seconds(now));
  const auto instant = parse_iso8601(from);
  if (!instant) return usage("--from: \"" + from + "\" is not a time (ISO 8601)");
  wish.from = *instant;
  return wish;
}

std::string why_refused(const std::string& expression, schedule::Dialect dialect) {
  const auto parsed = schedule::parse(expression, dialect);
  if (!parsed) return schedule::why_invalid(expression);
  if (dialect == schedule::Dialect::Rules && !parsed->recurring()) {
    return "at(…) is for EventBridge Scheduler; a rule recurs";
  }
  return {};
}

// As each service counts: a rule's rate first fires one period after the rule was made, a schedule's at once.
Result<std::vector<Instant>> instants_of(const std::string& expression, const Wish& wish) {
  if (const std::string why = why_refused(expression, wish.dialect); !why.empty()) {
    return usage(expression + " is not valid: " + why);
  }
  schedule::Schedule schedule = TRY(schedule::parse(expression, wish.dialect));
  schedule.anchor = wish.from;
  const bool cron = std::holds_alternative<schedule::Cron>(schedule.when);
  Instant after = cron || wish.dialect == schedule::Dialect::Rules ? wish.from : wish.from - Millis(1);
  std::vector<Instant> out;
  while (out.size() < static_cast<std::size_t>(wish.count)) {
    const auto next = schedule::next(schedule, after, wish.zone);
    if (!next) break;
    out.push_back(*next);
    after = *next;
  }
  return out;
}

const char* weekday(Instant at, const schedule::Zone& zone) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  const auto day = std::chrono::floor<std::chrono::days>(zone.to_local(at));
  return kDays[std::chrono::weekday(std::chrono::sys_days(day)).c_encoding()];
}

void print_json(const std::string& expression, const std::vector<Instant>& instants, const Wish& wish) {
  json::array list;
  for (const Instant at : instants) list.emplace_back(iso8601_seconds(at));
  const json::object out{{"expression", expression},
                         {"timezone", wish.zone.name()},
                         {"rules", why_refused(expression, schedule::Dialect::Rules).empty()},
                         {"instants", std::move(list)}};
  std::printf("%s\n", json::serialize(out).c_str());
}

void print_table(const std::string& expression, const std::vector<Instant>& instants, const Wish& wish) {
  std::printf("%s in %s%s\n", expression.c_str(), wish.zone.name().c_str(), instants.empty() ? ": never" : "");
  for (const Instant at : instants) {
    std::printf("  %s  %s  %s\n", weekday(at, wish.zone), local_time(at, wish.zone.name()).c_str(),
                iso8601_seconds(at).c_str());
  }
  const std::string why = why_refused(expression, schedule::Dialect::Rules);
  if (!why.empty()) std::printf("  EventBridge's rules refuse it: %s\n", why.c_str());
}

}  // namespace

std::string local_time(Instant at, const std::string& name) {
  const auto zone = schedule::Zone::find(name);
  const Instant local =
      Instant(zone ? zone->to_local(at) : std::chrono::floor<std::chrono::minutes>(at.time_since_epoch()));
  std::string text = iso8601_seconds(local + at.time_since_epoch() % std::chrono::minutes(1));
  text[10] = ' ';
  text.pop_back();
  if (text.ends_with(":00")) text.resize(text.size() - 3);
  return text;
}

int show_next(const Surroundings& given, const Words& words) {
  const auto wish = wish_of(words, given.clock.now());
  if (!wish) return complain(wish.error());
  if (words.plain.size() < 2) {
    return complain(api_error("Usage", "`orrery schedules next` needs an expression: \"cron(0 17 * * ? *)\""));
  }
  for (const std::string& expression : std::span(words.plain).subspan(1)) {
    const auto instants = instants_of(expression, *wish);
    if (!instants) return complain(instants.error());
    words.switches.contains("--json") ? print_json(expression, *instants, *wish)
                                      : print_table(expression, *instants, *wish);
  }
  return 0;
}

}  // namespace orrery::cli
