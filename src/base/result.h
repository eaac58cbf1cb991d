// Result<T> and TRY: how every layer reports failure. Exceptions stay at third-party borders.
#pragma once

#include "base/error.h"

#include <new>
#include <type_traits>
#include <utility>

namespace orrery {

namespace internal {
// Out of line: TRY stands in nearly every line, and its code is to be small there.
Error* keep_error(Error&& error);
void drop_error(Error* error) noexcept;
[[noreturn]] void wrong_side_of_result();
}  // namespace internal

// What fail() returns: converts to every Result as its error.
class [[nodiscard]] Failure {
 public:
  explicit Failure(Error* owned) : error_(owned) {}
  Failure(Failure&& other) noexcept : error_(std::exchange(other.error_, nullptr)) {}
  Failure(const Failure&) = delete;
  Failure& operator=(Failure&&) = delete;
  Failure& operator=(const Failure&) = delete;
  ~Failure() {
    if (error_ != nullptr) internal::drop_error(error_);
  }
  Error* release() { return std::exchange(error_, nullptr); }

 private:
  Error* error_;
};
Failure fail(Error error);

struct Nothing {};

// The value, or the reason why there is none. `Result<>` is success without a value: `return {};`.
// Reading the value of a failed Result (or the error of a good one) is a broken invariant and throws std::logic_error.
// (docs/decisions/001: std::expected needs C++23, and Debian 12 packages no tl::expected.)
template <class T = void>
class [[nodiscard]] Result {
  using Value = std::conditional_t<std::is_void_v<T>, Nothing, T>;

 public:
  using value_type = T;

  Result() requires std::is_default_constructible_v<Value> : value_(), ok_(true) {}
  template <class U = Value>
  requires(std::is_constructible_v<Value, U> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
           !std::is_same_v<std::remove_cvref_t<U>, Failure>) Result(U&& value)
      : value_(std::forward<U>(value)), ok_(true) {}                  // NOLINT: implicit, as in std::expected
  Result(Failure failure) : error_(failure.release()), ok_(false) {}  // NOLINT: implicit likewise

  Result(Result&& other) noexcept(std::is_nothrow_move_constructible_v<Value>) : ok_(other.ok_) {
    if (ok_) {
      new (&value_) Value(std::move(other.value_));
    } else {
      error_ = std::exchange(other.error_, nullptr);
    }
  }
  Result(const Result& other) requires std::is_copy_constructible_v<Value> : ok_(other.ok_) {
    if (ok_) {
      new (&value_) Value(other.value_);
    } else {
      error_ = internal::keep_error(Error(other.error()));
    }
  }
  Result& operator=(Result&& other) noexcept(std::is_nothrow_move_constructible_v<Value>) {
    if (this == &other) return *this;
    this->~Result();
    return *new (this) Result(std::move(other));
  }
  Result& operator=(const Result& other) requires std::is_copy_constructible_v<Value> { return *this = Result(other); }
  ~Result() {
    if (ok_) {
      value_.~Value();
    } else if (error_ != nullptr) {
      internal::drop_error(error_);
    }
  }

  explicit operator bool() const { return ok_; }
  bool ok() const { return ok_; }

  Value& operator*() & { return checked(); }
  const Value& operator*() const& { return const_cast<Result*>(this)->checked(); }
  Value&& operator*() && { return std::move(checked()); }
  Value* operator->() { return &checked(); }
  const Value* operator->() const { return &const_cast<Result*>(this)->checked(); }

  Error& error() & { return *checked_error(); }
  const Error& error() const& { return *checked_error(); }
  Error&& error() && { return std::move(*checked_error()); }
  // Gives the error up, for TRY. What is left may be destroyed and assigned to, no more.
  Failure release_error() && {
    Error* const error = checked_error();
    error_ = nullptr;
    return Failure(error);
  }

 private:
  Value& checked() {
    if (!ok_) [[unlikely]]
      internal::wrong_side_of_result();
    return value_;
  }
  Error* checked_error() const {
    if (ok_ || error_ == nullptr) [[unlikely]]
      internal::wrong_side_of_result();
    return error_;
  }

  union {
    Value value_;
    Error* error_;  // nullptr: given up
  };
  bool ok_;
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
#define ORRERY_TRY_AS(name, leave, ...)        \
  __extension__({                              \
    auto name = (__VA_ARGS__);                 \
    if (!name) [[unlikely]]                    \
      leave std::move(name).release_error();   \
    ::orrery::internal::take(std::move(name)); \
  })

// Evaluates to the value of a Result, or returns its error from the enclosing function. Uses a GNU statement
// expression. In a coroutine use CO_TRY, and never with co_await inside: g++ 12 crashes on it; await first.
#define TRY(...) ORRERY_TRY_AS(ORRERY_TRY_CAT(try_result_, __COUNTER__), return, __VA_ARGS__)
#define CO_TRY(...) ORRERY_TRY_AS(ORRERY_TRY_CAT(try_result_, __COUNTER__), co_return, __VA_ARGS__)
