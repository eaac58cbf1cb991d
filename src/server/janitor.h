// Sweeps up, now and then, by the machine's time (a wound clock makes no dirt): blobs that nothing refers to, and what
// its maker has to add.
#pragma once

#include "blob/blob.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace orrery::server {

class Janitor {
 public:
  // `also` is called at each sweep; must not take long.
  Janitor(BlobStore& blobs, Store& store, std::function<void()> also);
  ~Janitor();  // waits for a sweep under way
  Janitor(const Janitor&) = delete;
  Janitor& operator=(const Janitor&) = delete;

 private:
  void run();

  BlobStore& blobs_;
  Store& store_;
  const std::function<void()> also_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace orrery::server
