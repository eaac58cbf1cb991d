// Result<T> and TRY: how every layer reports failure. Exceptions stay at third-party borders.
#pragma once

#include "base/error.h"

#include <type_traits>
#include <utility>
#include <variant>

namespace orrery {

// What fail() returns: converts to every Result as its error.
struct [[nodiscard]] Failure {
  Error error;
};
inline Failure fail(Error error) { return {std::move(error)}; }

struct Nothing {};

// The value, or the reason why there is none. `Result<>` is success without a value: `return {};`.
// Reading the value of a failed Result (or the error of a good one) is a broken invariant and throws
// std::bad_variant_access. (docs/decisions/001: std::expected needs C++23, and Debian 12 packages no tl::expected.)
template <class T = void>
class [[nodiscard]] Result {
  using Value = std::conditional_t<std::is_void_v<T>, Nothing, T>;

 public:
  using value_type = T;

  Result() requires std::is_default_constructible_v<Value> : state_(std::in_place_index<0>) {}
  template <class U = Value>
  requires(std::is_constructible_v<Value, U> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
           !std::is_same_v<std::remove_cvref_t<U>, Failure>) Result(U&& value)
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}  // NOLINT: implicit, as in std::expected
  Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}  // NOLINT: implicit likewise

  explicit operator bool() const { return state_.index() == 0; }
  bool ok() const { return state_.index() == 0; }

  Value& operator*() & { return std::get<0>(state_); }
  const Value& operator*() const& { return std::get<0>(state_); }
  Value&& operator*() && { return std::get<0>(std::move(state_)); }
  Value* operator->() { return &std::get<0>(state_); }
  const Value* operator->() const { return &std::get<0>(state_); }

  Error& error() & { return std::get<1>(state_); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<Value, Error> state_;
};

namespace internal {
// Lets TRY yield a value for Result<T> and nothing for Result<>.
template <class T>
T take(Result<T>&& result) {
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}
}  // namespace internal
}  // namespace orrery

// The name differs at every use, so that one TRY may stand inside another.
#define ORRERY_TRY_CAT_(a, b) a##b
#define ORRERY_TRY_CAT(a, b) ORRERY_TRY_CAT_(a, b)
#define ORRERY_TRY_AS(name, leave, ...)              \
  __extension__({                                    \
    auto name = (__VA_ARGS__);                       \
    if (!name) [[unlikely]]                          \
      leave ::orrery::fail(std::move(name).error()); \
    ::orrery::internal::take(std::move(name));       \
  })

// Evaluates to the value of a Result, or returns its error from the enclosing function. Uses a GNU statement
// expression. In a coroutine use CO_TRY, and never with co_await inside: g++ 12 crashes on it; await first.
#define TRY(...) ORRERY_TRY_AS(ORRERY_TRY_CAT(try_result_, __COUNTER__), return, __VA_ARGS__)
#define CO_TRY(...) ORRERY_TRY_AS(ORRERY_TRY_CAT(try_result_, __COUNTER__), co_return, __VA_ARGS__)
