// Who waits for something to come (records of a stream, messages of a queue) is told when it has, instead of asking
// again and again. In memory only: a call is a hint to look, and whoever listens looks once when it begins.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace orrery {

class Wakes {
 public:
  using Listener = std::function<void()>;

  // `woken` is called on whatever thread something came on, and must be short; never again once the answer is let go
  // of.
  std::shared_ptr<void> listen(std::string_view resource_arn, Listener woken);
  // Something has come, and is committed: to be called from Transaction::on_commit. Costs next to nothing when nobody
  // listens.
  void wake(std::string_view resource_arn) const;
  // Whether anybody listens.
  bool heard(std::string_view resource_arn) const;

 private:
  struct State {
    mutable std::mutex mutex;
    std::map<std::string, std::map<std::uint64_t, Listener>, std::less<>> listeners;
    std::uint64_t next = 0;
    std::atomic<std::size_t> count = 0;
  };

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace orrery
