// Kinesis streams as sources of delivery streams: read in the name of the source's role, as they are written to.
#pragma once

#include "services/called_steps.h"
#include "services/firehose/operations.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace orrery::firehose {

inline constexpr std::string_view kSourceTimer = "firehose.source";

class Sources {
 public:
  Sources(Firehose& firehose, Wakes& wakes)
      : firehose_(firehose),
        wakes_(wakes),
        steps_(firehose.background, [this](const std::string& key) { step(key); }) {}

  // Looks at all: after a start nobody knows what came meanwhile.
  void start();
  void stop() { steps_.stop(); }
  // There may be something to read for the delivery stream of this key (stream_key). Any thread.
  void call(const std::string& key) { steps_.call(key); }

 private:
  struct SourceShard {
    std::string id, parent, adjacent;  // empty: no such parent
  };
  void step(const std::string& key);
  // True: there may be more.
  Result<bool> read(const StreamRow& stream);
  Result<bool> read_page(const StreamRow& stream, const std::string& shard);
  Result<std::vector<SourceShard>> shards_of(const StreamRow& stream);
  void trouble(const std::string& key, const Error& error);

  Firehose& firehose_;
  Wakes& wakes_;
  std::map<std::string, std::shared_ptr<void>> listening_;  // the steps'
  CalledSteps steps_;                                       // last: they use all of the above
};

// Whether the source's role can read it. Error: InvalidArgumentException.
Result<> check_source(Firehose& firehose, Transaction& tx, const StreamRow& stream);
// Once `tx` has committed.
void read_later(Firehose& firehose, Transaction& tx, const StreamName& name);

}  // namespace orrery::firehose
