// Live Tail sessions: who watches groups, and gets what comes in once a second
// (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatchLogs_LiveTail.html).
#pragma once

#include "base/json.h"
#include "services/logs/patterns/filter_pattern.h"
#include "services/logs/records.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace orrery::logs {

// An event that has come in, for those who watch.
struct Seen {
  std::uint64_t group = 0;
  std::string stream;
  std::int64_t timestamp_ms = 0, ingested_ms = 0;
  std::string message;
};

class TailSession {
 public:
  struct Wanted {
    std::map<std::uint64_t, std::string> groups;  // number -> identifier, as given
    std::vector<std::string> streams, prefixes;   // both empty: all
    FilterPattern pattern;
  };
  explicit TailSession(Wanted wanted) : wanted_(std::move(wanted)) {}

  void offer(const Seen& event);
  // A second has passed: what came in since the last one becomes a message.
  void tick();
  void push(std::string message);
  void end();

  // The connection's side.
  bool ready() const;
  void when_ready(const std::function<void()>& call);
  std::string take();  // empty at the end
  void abandon();
  bool abandoned() const;

 private:
  const Wanted wanted_;
  mutable std::mutex mutex_;  // of what follows
  json::array fresh_;
  bool sampled_ = false;
  std::deque<std::string> messages_;
  int seconds_ = 0;
  bool ended_ = false, abandoned_ = false;
  std::function<void()> waiting_;
};

class LiveTails {
 public:
  LiveTails() = default;
  ~LiveTails() { stop(); }
  LiveTails(const LiveTails&) = delete;
  LiveTails& operator=(const LiveTails&) = delete;

  // nullptr: there are too many sessions, or the server stops.
  std::shared_ptr<TailSession> open(TailSession::Wanted wanted);
  // Whether anybody watches anything: costs next to nothing.
  bool watched() const { return count_ > 0; }
  void arrived(const std::vector<Seen>& events);
  // Ends all sessions.
  void stop();

 private:
  void run();

  std::atomic<std::size_t> count_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<TailSession>> sessions_;
  bool stopping_ = false;
  std::thread thread_;  // while the first session and after: one message a second to each
};

}  // namespace orrery::logs
