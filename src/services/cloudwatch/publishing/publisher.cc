#include "services/cloudwatch/publishing/publisher.h"

#include "base/log.h"

#include <algorithm>

namespace orrery::cloudwatch {
namespace {

constexpr std::chrono::seconds kEvery{1};
constexpr std::size_t kMostGathered = 10'000;  // then what comes is written earlier

void append(std::string& key, std::string_view part) { key.append(part).push_back('\0'); }

}  // namespace

void Publisher::publish(const PublishedMetric& metric, double value) {
  const std::int64_t at_s = epoch_ms(metric.at.value_or(clock_.now())) / 1000;
  const std::int64_t minute_s = at_s - at_s % 60;
  std::string key = std::to_string(minute_s);
  for (const std::string_view part : {metric.account, metric.region, metric.space, metric.name, metric.unit}) {
    append(key, part);
  }
  for (const auto& [name, its_value] : metric.dimensions) {
    append(key, name);
    append(key, its_value);
  }
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  Gathered& gathered = gathered_[key];
  if (gathered.arrival.statistics.count == 0) {
    gathered.name = {std::string(metric.account),
                     std::string(metric.region),
                     std::string(metric.space),
                     std::string(metric.name),
                     {}};
    for (const auto& [name, its_value] : metric.dimensions) {
      gathered.name.dimensions.emplace_back(std::string(name), std::string(its_value));
    }
    std::ranges::sort(gathered.name.dimensions);
    gathered.arrival.time_s = minute_s;
    gathered.arrival.unit = metric.unit;
  }
  gathered.arrival.statistics.add(value, 1);
  if (gathered_.size() >= kMostGathered) changed_.notify_all();
}

void Publisher::flush() {
  const std::lock_guard one(flushing_);
  std::unordered_map<std::string, Gathered> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(gathered_);
  }
  if (taken.empty()) return;
  Arrivals arrivals;
  for (auto& [key, gathered] : taken) arrivals[gathered.name].push_back(std::move(gathered.arrival));
  const auto written = store_.transact([&](Transaction& tx) { return store_arrivals(tx, arrivals, clock_.now()); });
  if (!written) log::warning("metrics cannot be written", {{"reason", written.error().message}});
}

void Publisher::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait_for(lock, kEvery, [this] { return stopping_ || gathered_.size() >= kMostGathered; });
    lock.unlock();
    flush();
    lock.lock();
  }
}

void Publisher::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (writer_.joinable()) writer_.join();
  flush();
}

}  // namespace orrery::cloudwatch
