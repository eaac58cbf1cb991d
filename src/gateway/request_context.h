// The condition keys of one request, found when a policy names them and not before: what the request itself says
// (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html), tags, and the service's own keys.
#pragma once

#include "services/operation.h"

#include <optional>
#include <span>
#include <string_view>

namespace orrery::gateway {

class RequestContext final : public auth::ContextSource {
 public:
  // All borrowed.
  RequestContext(std::span<const Service> services, Reader& reader, const Call& call, const Access& access)
      : services_(services), reader_(reader), call_(call), access_(access) {}

  std::optional<auth::Context::Values> find(std::string_view key) const override;
  // The store's error, when it could not be read for a key.
  const Result<>& status() const { return status_; }

 private:
  using Values = auth::Context::Values;

  std::optional<Values> of_request(std::string_view key) const;
  std::optional<Values> called_via(std::string_view key) const;
  std::optional<Values> of_tags(std::string_view key) const;
  std::optional<Values> of_service(std::string_view key) const;
  std::optional<Values> of_input(const Service& service, std::string_view key) const;

  std::span<const Service> services_;
  Reader& reader_;
  const Call& call_;
  const Access& access_;
  mutable Result<> status_;
};

// The service whose actions have that prefix ("s3" of "s3:GetObject" or "s3:prefix"); nullptr: none.
const Service* service_of(std::span<const Service> services, std::string_view name);

}  // namespace orrery::gateway
