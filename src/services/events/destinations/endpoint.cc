#include "services/events/destinations/endpoint.h"

#include "http/client/url.h"

namespace orrery::events {

// The real service takes https alone. The reach that `--outbound` allows decides on plain http when it is asked.
Result<> check_endpoint(const std::string& parameter, const std::string& endpoint) {
  if (http::parse_url(endpoint)) return {};
  return fail(api_error("ValidationException", "Parameter " + parameter +
                                                   " is not valid. Reason: it must be an absolute https URL (or http, "
                                                   "for an endpoint on this machine)."));
}

}  // namespace orrery::events
