#include "services/dynamodb/tables/throughput.h"

#include "base/json.h"
#include "services/dynamodb/items/capacity.h"
#include "services/dynamodb/tables/metrics.h"
#include "services/dynamodb/tables/tables.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

constexpr double kBurstSeconds = 300;
constexpr double kNothing = 1e-9;  // sums of halves are exact, those of milliseconds are not

template <class Told>
double rate_of(const Told& told, Use use, bool on_demand) {
  if (on_demand) {
    if (!told.OnDemandThroughput) return 0;
    const auto& most = *told.OnDemandThroughput;
    // -1: no maximum.
    return static_cast<double>((use == Use::Read ? most.MaxReadRequestUnits : most.MaxWriteRequestUnits).value_or(-1));
  }
  if (!told.ProvisionedThroughput) return 0;
  const auto& provisioned = *told.ProvisionedThroughput;
  return static_cast<double>(
      (use == Use::Read ? provisioned.ReadCapacityUnits : provisioned.WriteCapacityUnits).value_or(0));
}

double rate_of(const Table& table, const Index* index, Use use) {
  if (index == nullptr) return rate_of(table.description, use, table.is_on_demand());
  if (!table.description.GlobalSecondaryIndexes) return 0;
  for (const auto& described : *table.description.GlobalSecondaryIndexes) {
    if (described.IndexName == index->name) return rate_of(described, use, table.is_on_demand());
  }
  return 0;
}

// "TableReadProvisionedThroughputExceeded", "IndexWriteMaxOnDemandThroughputExceeded", …
// (docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ThrottlingReason.html).
std::string reasons_of(const Charge& charge) {
  std::string reason = charge.of_index ? "Index" : "Table";
  reason += charge.use == Use::Read ? "Read" : "Write";
  reason += charge.on_demand ? "MaxOnDemandThroughputExceeded" : "ProvisionedThroughputExceeded";
  return "[{\"reason\":" + to_text(json::value(reason)) + ",\"resource\":" + to_text(json::value(charge.arn)) + "}]";
}

Error refusal(const Charge& charge) {
  Error error =
      charge.on_demand
          ? errors::ThrottlingException(
                "Throughput exceeds the maximum OnDemandThroughput configured on table or index")
          : errors::ProvisionedThroughputExceededException(
                charge.of_index
                    ? "The level of configured provisioned throughput for one or more global secondary indexes of the "
                      "table was exceeded. Consider increasing your provisioning level for the under-provisioned "
                      "global secondary indexes with the UpdateTable API"
                    : "The level of configured provisioned throughput for the table was exceeded. Consider increasing "
                      "your provisioning level with the UpdateTable API.");
  error.with(charge.on_demand ? "throttlingReasons" : "ThrottlingReasons", reasons_of(charge));
  return error;
}

}  // namespace

void add_charge(const Table& table, const Index* index, Use use, double units, std::vector<Charge>& charges) {
  const double rate = rate_of(table, index, use);
  if (rate <= 0 || units <= 0) return;
  Charge charge;
  charge.number = index != nullptr ? index->number : table.number;
  charge.use = use;
  charge.rate = rate;
  charge.units = units;
  charge.on_demand = table.is_on_demand();
  charge.of_index = index != nullptr;
  charge.arn = table.description.TableArn.value_or("");
  if (index != nullptr) charge.arn += "/index/" + index->name;
  charges.push_back(std::move(charge));
}

Throughput::Bucket& Throughput::filled(const Charge& charge) {
  const Instant now = clock_.now();
  const double most = charge.rate * kBurstSeconds;
  if (buckets_.size() >= tidy_at_) forget_full();
  const auto [found, fresh] = buckets_.try_emplace({charge.number, charge.use}, Bucket{most, most, now});
  Bucket& bucket = found->second;
  if (fresh) return bucket;
  // A clock that was set back fills nothing.
  const double seconds = std::max(0.0, static_cast<double>(epoch_ms(now) - epoch_ms(bucket.at)) / 1000);
  bucket.units = std::min(most, bucket.units + seconds * charge.rate);
  bucket.most = most;
  bucket.at = now;
  return bucket;
}

// A full bucket is as good as none.
void Throughput::forget_full() {
  std::erase_if(buckets_, [now = clock_.now()](const auto& entry) {
    const Bucket& bucket = entry.second;
    const double seconds = static_cast<double>(epoch_ms(now) - epoch_ms(bucket.at)) / 1000;
    return bucket.units + seconds * bucket.most / kBurstSeconds >= bucket.most;
  });
  tidy_at_ = std::max(kManyBuckets, 2 * buckets_.size());
}

Result<> Throughput::checked(const std::vector<Charge>& charges, const std::vector<Charge>& pending) {
  for (const Charge& charge : charges) {
    double left = filled(charge).units;
    for (const Charge& other : pending) {
      if (other.number == charge.number && other.use == charge.use) left -= other.units;
    }
    if (left > kNothing) continue;
    if (metrics_ != nullptr) publish_throttled(*metrics_, charge.arn, charge.use);
    return fail(refusal(charge));
  }
  return {};
}

void Throughput::taken(const std::vector<Charge>& charges) {
  for (const Charge& charge : charges) filled(charge).units -= charge.units;
}

Result<> Throughput::check(const std::vector<Charge>& charges, const std::vector<Charge>& pending) {
  const std::lock_guard lock(mutex_);
  return checked(charges, pending);
}

void Throughput::take(const std::vector<Charge>& charges) {
  const std::lock_guard lock(mutex_);
  taken(charges);
}

Result<> Throughput::check_and_take(const std::vector<Charge>& charges) {
  const std::lock_guard lock(mutex_);
  TRY(checked(charges, {}));
  taken(charges);
  return {};
}

Result<> Meter::spend(const std::vector<Charge>& charges) {
  if (!on() || charges.empty()) return {};
  if (tx_ == nullptr) return throughput_->check_and_take(charges);
  if (pending_ == nullptr) {
    pending_ = std::make_shared<std::vector<Charge>>();
    tx_->on_commit([throughput = throughput_, pending = pending_] { throughput->take(*pending); });
  }
  TRY(throughput_->check(charges, whole_ ? std::vector<Charge>() : *pending_));
  pending_->insert(pending_->end(), charges.begin(), charges.end());
  return {};
}

Result<> Meter::spend_at_once(const std::vector<Charge>& charges) {
  return on() ? throughput_->check_and_take(charges) : Result<>();
}

void Meter::note_at_once(const Table& table, const Consumption& consumed, Use use) {
  if (metrics_ == nullptr || !table.description.TableArn) return;
  const std::string& arn = *table.description.TableArn;
  if (consumed.of_table() > 0) publish_consumed(*metrics_, arn, {}, use, consumed.of_table());
  for (const auto& [index, units] : consumed.of_global_indexes()) publish_consumed(*metrics_, arn, index, use, units);
}

void Meter::note(const Table& table, const Consumption& consumed, Use use) {
  if (tx_ == nullptr) return note_at_once(table, consumed, use);
  if (metrics_ == nullptr || !table.description.TableArn) return;
  if (noted_ == nullptr) {
    noted_ = std::make_shared<std::vector<Noted>>();
    tx_->on_commit([sink = metrics_, noted = noted_] {
      for (const Noted& one : *noted) publish_consumed(*sink, one.arn, one.index, one.use, one.units);
    });
  }
  const std::string& arn = *table.description.TableArn;
  if (consumed.of_table() > 0) noted_->push_back({arn, {}, use, consumed.of_table()});
  for (const auto& [index, units] : consumed.of_global_indexes()) noted_->push_back({arn, index, use, units});
}

}  // namespace orrery::dynamodb
