// `orrery schedules`: what is due next, what ran last, how late, and how it went.
#include "cli/admin_call.h"
#include "cli/dry_run.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace orrery::cli {
namespace {

constexpr std::size_t kColumns = 7;
constexpr std::size_t kMostResult = 100;
using Row = std::array<std::string, kColumns>;

// The two largest units: "3d4h", "12s", "250ms".
std::string shown_span(Millis span) {
  const auto cut = [&](auto unit) { return format_duration(std::chrono::floor<decltype(unit)>(span)); };
  if (span >= std::chrono::hours(24)) return cut(std::chrono::hours());
  if (span >= std::chrono::hours(1)) return cut(std::chrono::minutes());
  return span >= std::chrono::seconds(10) ? cut(std::chrono::seconds()) : format_duration(span);
}

std::string shown_result(const json::value& schedule) {
  const json::value* last = find(schedule, "last");
  if (last == nullptr) return "";
  if (!find_bool(*last, "ok").value_or(true)) {
    std::string why = text_of(*last, "error");
    if (why.size() > kMostResult) why = why.substr(0, kMostResult) + "…";
    return "failed: " + why;
  }
  const std::string failed_at = text_of(schedule, "failed_at");
  return failed_at.empty() ? "ok" : "ok; failed last at " + failed_at.substr(0, 19) + "Z";
}

Row row_of(const json::value& schedule, Instant now) {
  Row row;
  const std::string zone = text_of(schedule, "timezone");
  const auto due = parse_iso8601(text_of(schedule, "due"));
  if (due) {
    row[0] = local_time(*due, zone) + " " + zone;
    row[1] = *due >= now ? shown_span(*due - now) : "overdue";
  } else {
    row[0] = text_of(schedule, "state") == "DISABLED" ? "disabled" : "over";
  }
  row[2] = text_of(schedule, "kind") + " " + text_of(schedule, "name");
  row[3] = text_of(schedule, "expression");
  row[4] = "never";
  if (const json::value* last = find(schedule, "last")) {
    if (const auto ran_at = parse_iso8601(text_of(*last, "ran_at"))) row[4] = local_time(*ran_at, zone);
    row[5] = shown_span(Millis(find_int(*last, "late_ms").value_or(0)));
  }
  row[6] = shown_result(schedule);
  return row;
}

// Letters, not bytes: an error may say anything.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

void print_table(const std::vector<Row>& rows) {
  std::array<std::size_t, kColumns> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < kColumns; ++i) {
      line += row[i];
      line.append(widths[i] - width_of(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::printf("%s\n", line.c_str());
  }
}

}  // namespace

int schedules_command(const Surroundings& given) {
  const auto words =
      read_words(given.arguments, {"--url", "--limit", "--timezone", "--count", "--from", "--dialect"}, {"--json"});
  if (!words) return complain(words.error());
  if (!words->plain.empty() && words->plain[0] == "next") return show_next(given, *words);
  if (!words->plain.empty()) {
    return complain(api_error("Usage", "unknown word " + words->plain[0] + "; did you mean orrery schedules next?"));
  }
  const std::string limit = words->flag("--limit", "100");
  if (limit.empty() || limit.find_first_not_of("0123456789") != std::string::npos) {
    return complain(api_error("Usage", "--limit: \"" + limit + "\" is not a number"));
  }
  const auto reply = admin_call(given, words->flag("--url", default_url(given.environment)), "GET",
                                "/_orrery/schedules?limit=" + limit, "");
  if (!reply) return complain(reply.error());
  if (words->switches.contains("--json")) return std::printf("%s\n", json::serialize(*reply).c_str()), 0;
  const json::value* schedules = find(*reply, "schedules");
  const auto now = parse_iso8601(text_of(*reply, "now"));
  if (schedules == nullptr || !schedules->is_array() || !now) {
    return complain(internal_error("the server's answer is not understood"));
  }
  if (schedules->get_array().empty()) return std::printf("There are no rules with a schedule, and no schedules.\n"), 0;
  const Row head = {"DUE", "IN", "NAME", "EXPRESSION", "LAST RAN", "LATE", "RESULT"};
  std::vector<Row> rows{head};
  for (const json::value& schedule : schedules->get_array()) rows.push_back(row_of(schedule, *now));
  print_table(rows);
  if (find_bool(*reply, "more").value_or(false)) std::printf("There are more: --limit N shows the first N.\n");
  return 0;
}

}  // namespace orrery::cli
