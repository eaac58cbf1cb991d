// When credentials and roles were last used, and for what. Taken down in memory by each request, written to the store
// once a minute at the most: a crash loses the last minute of it, which is less than the service's own delay.
#pragma once

#include "base/time.h"
#include "services/identity.h"
#include "store/store.h"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::identity {

struct Use {
  Instant at;
  std::string service, region;
};

class Uses {
 public:
  // Any thread. `now` is on the Orrery's clock.
  void note(Store& store, const Credential& credential, std::string_view access_key, std::string_view service,
            std::string_view region, Instant now);
  // Of an access key's id or a role's ARN.
  Result<std::optional<Use>> find(Reader& reader, std::string_view subject);
  // Writes down what is in memory alone.
  void flush(Store& store);

 private:
  std::mutex mutex_;
  std::map<std::string, Use, std::less<>> pending_;
  std::optional<Instant> flushed_;
};

}  // namespace orrery::identity
