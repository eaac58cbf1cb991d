// The composition root: builds every part, hands each what it needs, owns their lifetimes.
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "server/config.h"

#include <memory>

namespace orrery::server {

class Server {
 public:
  // Opens the data folder and builds everything; nothing runs yet. Errors carry a sentence for the user.
  static Result<std::unique_ptr<Server>> open(const Config& config, Clock& clock, Random& random);
  ~Server();

  // Listens, then starts background work.
  Result<> start();
  std::uint16_t port() const;
  // Finishes requests in flight (at most `grace_ms`), lets functions end, closes the store. Not from a server thread.
  void stop(int grace_ms);

 private:
  struct House;
  explicit Server(std::unique_ptr<House> house);
  std::unique_ptr<House> house_;
};

}  // namespace orrery::server
