#include "services/sqs/queues/address.h"

#include "base/arn.h"
#include "shapes/sqs.h"

#include <algorithm>

namespace orrery::sqs {

namespace {

// url_of() without an endpoint: how services name queues of other regions.
std::string_view region_in(std::string_view host, std::string_view otherwise) {
  constexpr std::string_view kBegin = "sqs.", kEnd = ".localhost";
  if (!host.starts_with(kBegin) || !host.ends_with(kEnd) || host.size() <= kBegin.size() + kEnd.size())
    return otherwise;
  return host.substr(kBegin.size(), host.size() - kBegin.size() - kEnd.size());
}

}  // namespace

std::string url_of(const Call& call, const QueueName& name) {
  std::string url = call.endpoint.empty() ? "http://sqs." + name.region + ".localhost" : call.endpoint;
  return url.append("/").append(name.account).append("/").append(name.name);
}

Result<QueueName> parse_url(const Call& call, std::string_view url) {
  std::string_view path = url, region = call.region;
  if (const auto scheme = path.find("://"); scheme != std::string_view::npos) {
    path.remove_prefix(scheme + 3);
    region = region_in(path.substr(0, path.find('/')), region);
    path.remove_prefix(std::min(path.find('/'), path.size()));
  }
  // A name alone means a queue of one's own.
  if (!url.empty() && url.find('/') == std::string_view::npos) {
    return QueueName{call.account, call.region, std::string(url)};
  }
  const auto last = path.rfind('/');
  const std::string_view name = last == std::string_view::npos ? std::string_view() : path.substr(last + 1);
  std::string_view account = path.substr(0, last == std::string_view::npos ? 0 : last);
  account = account.substr(account.rfind('/') + 1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (name.empty() || account.size() != 12 || !std::ranges::all_of(account, is_digit)) {
    return fail(errors::InvalidAddress("The address " + std::string(url) + " is not valid for this endpoint."));
  }
  return QueueName{std::string(account), std::string(region), std::string(name)};
}

std::optional<QueueName> parse_queue_arn(std::string_view text) {
  auto arn = Arn::parse(text);
  if (!arn || arn->service != "sqs" || arn->resource.empty() ||
      arn->resource.find_first_of(":/") != std::string::npos) {
    return std::nullopt;
  }
  return QueueName{arn->account, arn->region, arn->resource};
}

Error missing_parameter(std::string_view name) {
  return api_error("MissingParameter", "The request must contain the parameter " + std::string(name) + ".");
}

Error invalid_parameter(std::string_view value, std::string_view name, std::string_view reason) {
  std::string message("Value ");
  message.append(value).append(" for parameter ").append(name).append(" is invalid. Reason: ").append(reason);
  return api_error("InvalidParameterValue", std::move(message));
}

}  // namespace orrery::sqs
