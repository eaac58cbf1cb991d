// The one error type. DESIGN.md section 8: an ApiError goes to the caller in its protocol's shape; a conflict is seen
// only by Store::transact; a broken invariant never becomes an Error, it ends the process (see check.h).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery {

struct Error {
  enum class Kind : unsigned char {
    Api,       // modelled by the service, or common to all; the caller sees code and message
    Conflict,  // the transaction lost a race; Store::transact reruns it
    Internal,  // the machine failed us (disk full, I/O error): answered as 500 InternalFailure, logged in full
  };

  Kind kind = Kind::Api;
  int status = 400;  // HTTP status code
  std::string code;  // the wire name, as in the service's model: "ResourceNotFoundException"
  std::string message;
  // Further members of a modelled error shape, in order; values are JSON texts when they start with '{' or '[',
  // otherwise strings. Example: {"BucketName", "photos"}.
  std::vector<std::pair<std::string, std::string>> fields;

  Error& with(std::string name, std::string value) {
    fields.emplace_back(std::move(name), std::move(value));
    return *this;
  }
};

inline Error api_error(std::string_view code, std::string message, int status = 400) {
  return {Error::Kind::Api, status, std::string(code), std::move(message), {}};
}
inline Error conflict() {
  return {Error::Kind::Conflict, 409, "TransactionConflict", "the transaction lost a race", {}};
}
inline Error internal_error(std::string message) {
  return {Error::Kind::Internal, 500, "InternalFailure", std::move(message), {}};
}

}  // namespace orrery
