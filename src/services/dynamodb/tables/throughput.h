// Provisioned throughput where the user has it enforced (--dynamodb-throttle): a bucket of capacity units for the reads
// and one for the writes of each table and each global index, filled by the Orrery's clock at the provisioned rate (or
// at the maximum of an on-demand table that has one), which holds what five minutes leave unused
// (docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html). A request passes as long as
// there is something in every bucket that it takes from, and takes all that it needs: what was lacking is filled up
// first. Buckets are this process's: after a restart they are full.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace orrery {
class MetricSink;
class Transaction;
}  // namespace orrery

namespace orrery::dynamodb {

class Consumption;
struct Index;
struct Table;

enum class Use : std::uint8_t { Read, Write };

// What is taken of one bucket.
struct Charge {
  std::uint64_t number = 0;  // the table's or the index'
  Use use = Use::Read;
  double rate = 0;  // units a second
  double units = 0;
  // For who is refused.
  bool on_demand = false;
  bool of_index = false;
  std::string arn;
};
// Adds what the table (index: nullptr) or its global index is charged; nothing, when it has no limit.
void add_charge(const Table& table, const Index* index, Use use, double units, std::vector<Charge>& charges);

// Thread-safe.
class Throughput {
 public:
  explicit Throughput(const Clock& clock) : clock_(clock) {}

  // Before threads start.
  void enforce() { enforced_ = true; }
  bool enforced() const { return enforced_; }
  // Likewise: what is consumed, and what is refused. `sink` outlives this.
  void publish_to(MetricSink& sink) { metrics_ = &sink; }
  MetricSink* metrics() const { return metrics_; }

  // `pending` counts as taken. Errors: ProvisionedThroughputExceededException; ThrottlingException of on-demand tables.
  Result<> check(const std::vector<Charge>& charges, const std::vector<Charge>& pending = {});
  void take(const std::vector<Charge>& charges);
  // Both at once.
  Result<> check_and_take(const std::vector<Charge>& charges);

 private:
  struct Bucket {
    double units = 0;
    double most = 0;
    Instant at;  // when it had that many
  };
  Bucket& filled(const Charge& charge);
  Result<> checked(const std::vector<Charge>& charges, const std::vector<Charge>& pending);
  void taken(const std::vector<Charge>& charges);
  void forget_full();

  const Clock& clock_;
  bool enforced_ = false;
  MetricSink* metrics_ = nullptr;
  std::mutex mutex_;
  static constexpr std::size_t kManyBuckets = 4096;
  std::map<std::pair<std::uint64_t, Use>, Bucket> buckets_;
  std::size_t tidy_at_ = kManyBuckets;
};

// What one run of an operation's body takes, and for CloudWatch what it consumes. Takes nothing where throughput is not
// enforced.
class Meter {
 public:
  // Of an operation that only reads: what is spent is gone.
  explicit Meter(Throughput& throughput)
      : throughput_(throughput.enforced() ? &throughput : nullptr), metrics_(throughput.metrics()) {}
  // Taken when the transaction commits, so that a body which runs again is not charged twice. What was spent before in
  // the same body counts, unless all of it is done or nothing: then it is one request that may find a bucket low.
  enum class Parts : std::uint8_t { Apart, Whole };
  Meter(Throughput& throughput, Transaction& tx, Parts parts = Parts::Apart)
      : throughput_(throughput.enforced() ? &throughput : nullptr),
        metrics_(throughput.metrics()),
        tx_(&tx),
        whole_(parts == Parts::Whole) {}

  // Whether throughput is enforced: then it has to be known what things cost.
  bool on() const { return throughput_ != nullptr; }
  // Errors: as Throughput::check(); nothing is spent then.
  Result<> spend(const std::vector<Charge>& charges);
  // Though there will be no commit: the request has cost something, and fails.
  Result<> spend_at_once(const std::vector<Charge>& charges);

  // Whether what is consumed is published.
  bool notes() const { return metrics_ != nullptr; }
  // Published when the transaction commits, or at once when there is none.
  void note(const Table& table, const Consumption& consumed, Use use);
  void note_at_once(const Table& table, const Consumption& consumed, Use use);

 private:
  struct Noted {
    std::string arn, index;
    Use use;
    double units;
  };

  Throughput* throughput_;
  MetricSink* metrics_;
  Transaction* tx_ = nullptr;
  bool whole_ = false;
  std::shared_ptr<std::vector<Charge>> pending_;
  std::shared_ptr<std::vector<Noted>> noted_;
};

}  // namespace orrery::dynamodb
