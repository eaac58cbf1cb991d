// What was made of rows that are looked at again and again: of a schedule at each of its ticks, of a role at each
// request in its name. The row itself is read every time, with its lock; only the work of decoding it is saved.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace orrery {

// Thread-safe. Whatever is remembered depends on name and bytes alone: it is never out of date.
template <class T>
class Decoded {
 public:
  // `most`: values, then it starts anew. (Those of one round are all needed again, or none is: there is no better one
  // to let go.)
  explicit Decoded(std::size_t most) : most_(most) {}

  // What `decode`, a Result<T>(), makes of `bytes`. Never null; errors are decode's, and not remembered.
  template <class Decode>
  Result<std::shared_ptr<const T>> of(std::string_view name, std::string_view bytes, const Decode& decode) {
    {
      const std::lock_guard lock(mutex_);
      const auto found = known_.find(name);
      if (found != known_.end() && found->second.bytes == bytes) return found->second.value;
    }
    auto value = std::make_shared<const T>(TRY(decode()));
    const std::lock_guard lock(mutex_);
    if (known_.size() >= most_) known_.clear();
    known_.insert_or_assign(std::string(name), Known{std::string(bytes), value});
    return value;
  }

 private:
  struct Known {
    std::string bytes;
    std::shared_ptr<const T> value;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  const std::size_t most_;
  std::mutex mutex_;
  std::unordered_map<std::string, Known, Hash, std::equal_to<>> known_;
};

}  // namespace orrery
