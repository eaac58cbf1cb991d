#include "base/result.h"

#include <stdexcept>

namespace orrery {
namespace internal {

Error* keep_error(Error&& error) { return new Error(std::move(error)); }

void drop_error(Error* error) noexcept { delete error; }

void wrong_side_of_result() { throw std::logic_error("a Result was asked for what it does not have"); }

}  // namespace internal

Failure fail(Error error) { return Failure(internal::keep_error(std::move(error))); }

}  // namespace orrery
