// Amazon Resource Names: arn:partition:service:region:account-id:resource
// (docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace orrery {

struct Arn {
  std::string partition = "aws";
  std::string service, region, account;
  std::string resource;  // everything after the fifth colon, colons and slashes included

  std::string text() const;
  static std::optional<Arn> parse(std::string_view text);
};

std::string make_arn(std::string_view service, std::string_view region, std::string_view account,
                     std::string_view resource);

}  // namespace orrery
