// What consumers are subscribed to: each subscription is a reply that goes on for five minutes, in which records are
// pushed as they come (docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html).
#pragma once

#include "services/kinesis/kinesis.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace orrery::kinesis {

class Subscription {
 public:
  // Whose it is: a consumer has one of each shard.
  Subscription(std::string consumer, std::string shard) : consumer_(std::move(consumer)), shard_(std::move(shard)) {}

  const std::string& consumer() const { return consumer_; }
  const std::string& shard() const { return shard_; }
  // There may be something to send.
  void wake();
  // A second has passed, of the machine's: a client waits for them, whatever Orrery's clock does.
  void tick();
  // It goes no further.
  void end();
  int seconds() const;

  // The connection's side.
  bool ready() const;
  void when_ready(const std::function<void()>& call);
  // True: something is to be sent; false: that was all.
  bool take();
  void abandon();
  bool over() const;

 private:
  std::function<void()> waiting();  // locked; whom to call

  const std::string consumer_, shard_;
  mutable std::mutex mutex_;  // of what follows
  bool woken_ = true;         // it looks once when it begins
  bool ended_ = false, abandoned_ = false;
  int seconds_ = 0, quiet_ = 0;
  std::function<void()> call_;
};

class Subscriptions {
 public:
  Subscriptions() = default;
  ~Subscriptions() { stop(); }
  Subscriptions(const Subscriptions&) = delete;
  Subscriptions& operator=(const Subscriptions&) = delete;

  // The consumer's earlier one of the shard ends, unless it is younger than five seconds: then nullptr.
  std::shared_ptr<Subscription> open(const std::string& consumer, const std::string& shard);
  // There is something to tell those of the consumer.
  void wake(const std::string& consumer);
  bool stopping() const;
  void stop();

 private:
  void run();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<Subscription>> all_;
  bool stopping_ = false;
  std::thread thread_;  // from the first subscription on
};

}  // namespace orrery::kinesis
