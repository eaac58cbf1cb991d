#include "services/cloudwatch/publishing/publisher.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace orrery::cloudwatch {
namespace {

const Instant kStart = instant_from_ms(1'767'225'600'000);

class PublisherTest : public testing::Test {
 protected:
  PublisherTest() { clock_.freeze(kStart); }

  static PublishedMetric metric(std::string_view name, MetricDimensions dimensions = {}) {
    return {"123456789012", "us-east-1", "AWS/Lambda", name, "Count", dimensions};
  }
  // Of the metric's first five minutes.
  std::vector<Point> points(std::string_view name, const DimensionList& dimensions = {}) {
    const auto reader = store_->snapshot();
    const auto known = find_metric(*reader, {"123456789012", "us-east-1", "AWS/Lambda", std::string(name), dimensions});
    if (!known || !*known) return {};
    const std::int64_t start_s = epoch_ms(kStart) / 1000;
    return *read_points(*reader, **known, {start_s, start_s + 300, 60}, {}, clock_.now());
  }

  std::unique_ptr<Store> store_ = make_memory_store();
  Clock clock_;
  Publisher publisher_{*store_, clock_};
};

TEST_F(PublisherTest, AddsUpWhatThreadsPublish) {
  constexpr int kThreads = 20;
  constexpr int kEach = 500;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < kEach; ++i) publisher_.publish(metric("Duration"), i);
    });
  }
  for (std::thread& thread : threads) thread.join();
  publisher_.flush();
  const auto found = points("Duration");
  ASSERT_EQ(found.size(), 1U);
  // As though all had come one after the other.
  Statistics expected;
  for (int i = 0; i < kEach; ++i) expected.add(i, kThreads);
  const Statistics& sum = found[0].statistics;
  EXPECT_EQ(sum.count, expected.count);
  EXPECT_EQ(sum.sum, expected.sum);
  EXPECT_EQ(sum.minimum, 0);
  EXPECT_EQ(sum.maximum, kEach - 1);
  EXPECT_EQ(sum.values, expected.values);
}

TEST_F(PublisherTest, TellsMetricsApartByAllThatNamesThem) {
  publisher_.publish(metric("A"), 1);
  publisher_.publish(metric("B"), 2);
  publisher_.publish(metric("A", {{"X", "1"}}), 3);
  publisher_.publish(metric("A", {{"Y", "1"}}), 4);
  publisher_.publish(metric("A", {{"X", "1"}, {"Y", "2"}}), 5);
  publisher_.publish(metric("A", {{"Y", "2"}, {"X", "1"}}), 6);  // the same in another order
  PublishedMetric later = metric("A");
  later.at = kStart + std::chrono::seconds(61);
  later.times = 3;
  publisher_.publish(later, 7);
  PublishedMetric other_unit = metric("A");
  other_unit.unit = "Bytes";
  publisher_.publish(other_unit, 8);
  publisher_.flush();

  const auto a = points("A");
  ASSERT_EQ(a.size(), 3U);  // by time, then unit
  EXPECT_EQ(a[0].unit, "Bytes");
  EXPECT_EQ(a[0].statistics.sum, 8);
  EXPECT_EQ(a[1].statistics.sum, 1);
  EXPECT_EQ(a[2].statistics.count, 3);
  EXPECT_EQ(a[2].statistics.sum, 21);
  EXPECT_EQ(points("B").at(0).statistics.sum, 2);
  EXPECT_EQ(points("A", {{"X", "1"}}).at(0).statistics.sum, 3);
  EXPECT_EQ(points("A", {{"Y", "1"}}).at(0).statistics.sum, 4);
  EXPECT_EQ(points("A", {{"X", "1"}, {"Y", "2"}}).at(0).statistics.sum, 11);
}

TEST_F(PublisherTest, WritesAtTheEndAndNoMoreAfterIt) {
  publisher_.publish(metric("A"), 1);
  publisher_.stop();
  EXPECT_EQ(points("A").at(0).statistics.sum, 1);
  publisher_.publish(metric("A"), 1);
  publisher_.flush();
  EXPECT_EQ(points("A").at(0).statistics.sum, 1);
}

}  // namespace
}  // namespace orrery::cloudwatch
