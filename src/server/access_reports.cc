#include "server/access_reports.h"

#include "gateway/access_report.h"
#include "gateway/describe_rows.h"

namespace orrery::server {
namespace {

constexpr std::string_view kRequests = "requests/";

Error not_kept() { return api_error("NotFound", "no requests are kept: the server runs with --access-log 0", 404); }

}  // namespace

Result<std::optional<json::value>> AccessReports::answer(std::string_view method, std::string_view path,
                                                         std::string_view body) const {
  if (path == "operations" && method == "GET") return gateway::describe_operations(services, store, random);
  if (path.starts_with(kRequests) && method == "GET") return explain(path.substr(kRequests.size()));
  if (path == "policy/suggest" && method == "POST") return suggest(body);
  return std::optional<json::value>();
}

Result<std::optional<json::value>> AccessReports::explain(std::string_view id) const {
  if (log == nullptr) return fail(not_kept());
  std::optional<json::value> out;
  TRY(log->read([&](const gateway::AccessEntry& entry) {
    if (entry.request_id == id) out = gateway::explain(entry);
    return !out.has_value();
  }));
  if (!out) {
    return fail(api_error("NotFound",
                          "there is no request " + std::string(id) +
                              " in the access log; the id is in each reply's headers (x-amzn-RequestId, "
                              "x-amz-request-id), and old requests are dropped when the log is full (--access-log)",
                          404));
  }
  return out;
}

Result<std::optional<json::value>> AccessReports::suggest(std::string_view body) const {
  if (log == nullptr) return fail(not_kept());
  const auto wish = parse_json(body);
  const auto principal = wish ? find_string(*wish, "principal") : std::nullopt;
  const auto text = wish ? find_string(*wish, "since") : std::nullopt;
  const auto since = text ? parse_iso8601(*text) : std::optional<Instant>(Instant());
  if (!principal || !since) {
    return fail(api_error("BadRequest", "expected {\"principal\": ARN, \"since\": an ISO 8601 time}", 400));
  }
  gateway::Suggestion suggestion;
  TRY(log->read([&](const gateway::AccessEntry& entry) {
    if (entry.at >= *since && gateway::is_by(entry, *principal)) suggestion.add(entry);
    return true;
  }));
  return std::optional<json::value>(json::object{{"calls", suggestion.calls()}, {"policy", suggestion.policy()}});
}

}  // namespace orrery::server
