// Streams as they were read last: a stream's record is parsed once for each of its versions, not for each request.
#pragma once

#include "services/kinesis/streams/stream.h"

#include <map>
#include <memory>
#include <mutex>

namespace orrery::kinesis {

class KnownStreams {
 public:
  // nullptr: there is none of that name. Always what the reader sees: its bytes are compared.
  Result<std::shared_ptr<const StreamRow>> find(Reader& reader, const StreamName& name);

 private:
  struct Known {
    std::string bytes;
    std::shared_ptr<const StreamRow> row;
  };

  std::mutex mutex_;
  std::map<std::string, Known, std::less<>> known_;
};

}  // namespace orrery::kinesis
