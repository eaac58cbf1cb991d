// Records that a function transforms before they are delivered
// (docs.aws.amazon.com/firehose/latest/dev/data-transformation.html). The pure parts: settings, what the function gets,
// what its answer says.
#pragma once

#include "services/firehose/delivery/buffer.h"
#include "shapes/firehose.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace orrery::firehose {

struct Processing {
  std::string function_arn;                           // empty: no function
  int retries = 3;                                    // "retries the invocation three times by default"
  std::size_t most_bytes = std::size_t{1024} * 1024;  // for one invocation
  std::string delimiter;                              // after each record
};
// Errors: InvalidArgumentException, NotImplemented for processors that are not there.
Result<> check_processing(const std::optional<ProcessingConfiguration>& configuration);
Processing processing_of(const ExtendedS3DestinationDescription& destination);

// The function's event.
std::string transformation_event(const StreamRow& stream, const std::string& invocation_id,
                                 std::span<const Waiting> records);

// What became of a batch so far.
struct Transformed {
  std::string good;  // data of good records, one after the other
  std::size_t good_records = 0, dropped = 0;
  std::vector<std::size_t> failed;        // places in the span
  std::string error_code, error_message;  // of those
};
Transformed read_transformation(const std::string& answer, const StreamRow& stream, std::span<const Waiting> records,
                                const std::string& delimiter);

struct Failed {
  int attempts = 1;
  std::string code, message, function_arn;
  Instant ended;
};
// A line of an object of "processing-failed".
std::string failure_line(const Waiting& record, const Failed& why);

}  // namespace orrery::firehose
