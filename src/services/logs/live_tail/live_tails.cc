#include "services/logs/live_tail/live_tails.h"

#include "wire/event_stream.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace orrery::logs {
namespace {

constexpr std::size_t kMostEvents = 500;   // of one update; beyond that they are a sample
constexpr std::size_t kMostUpdates = 10;   // kept for a slow client: then the oldest are dropped
constexpr std::size_t kMostSessions = 15;  // "concurrent Live Tail sessions: 15 for each account"
constexpr int kSessionSeconds = 3 * 3600;

}  // namespace

void TailSession::offer(const Seen& event) {
  const auto group = wanted_.groups.find(event.group);
  if (group == wanted_.groups.end()) return;
  const bool all = wanted_.streams.empty() && wanted_.prefixes.empty();
  const bool named = std::ranges::find(wanted_.streams, event.stream) != wanted_.streams.end();
  const auto begins = [&](const std::string& prefix) { return event.stream.starts_with(prefix); };
  if (!all && !named && std::ranges::none_of(wanted_.prefixes, begins)) return;
  if (!wanted_.pattern.matches(event.message)) return;
  const std::lock_guard lock(mutex_);
  if (fresh_.size() == kMostEvents) {
    sampled_ = true;
    return;
  }
  fresh_.push_back(json::object{{"logStreamName", event.stream},
                                {"logGroupIdentifier", group->second},
                                {"message", event.message},
                                {"timestamp", event.timestamp_ms},
                                {"ingestionTime", event.ingested_ms}});
}

void TailSession::tick() {
  json::object update;
  bool over = false;
  {
    const std::lock_guard lock(mutex_);
    update["sessionMetadata"] = json::object{{"sampled", std::exchange(sampled_, false)}};
    update["sessionResults"] = std::exchange(fresh_, {});
    over = ++seconds_ >= kSessionSeconds;
  }
  push(wire::event_message("sessionUpdate", "application/json", json::serialize(update)));
  if (!over) return;
  push(wire::event_message({{":message-type", "exception"},
                            {":exception-type", "SessionTimeoutException"},
                            {":content-type", "application/json"}},
                           R"({"message":"The session timed out after 3 hours."})"));
  end();
}

void TailSession::push(std::string message) {
  std::function<void()> call;
  {
    const std::lock_guard lock(mutex_);
    if (ended_ || abandoned_) return;
    if (messages_.size() == kMostUpdates) messages_.pop_front();
    messages_.push_back(std::move(message));
    call = std::exchange(waiting_, nullptr);
  }
  if (call) call();
}

void TailSession::end() {
  std::function<void()> call;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    call = std::exchange(waiting_, nullptr);
  }
  if (call) call();
}

bool TailSession::ready() const {
  const std::lock_guard lock(mutex_);
  return ended_ || !messages_.empty();
}

void TailSession::when_ready(const std::function<void()>& call) {
  {
    const std::lock_guard lock(mutex_);
    if (!ended_ && messages_.empty()) {
      waiting_ = call;
      return;
    }
  }
  call();
}

std::string TailSession::take() {
  const std::lock_guard lock(mutex_);
  if (messages_.empty()) return {};
  std::string message = std::move(messages_.front());
  messages_.pop_front();
  return message;
}

void TailSession::abandon() {
  const std::lock_guard lock(mutex_);
  abandoned_ = true;
  waiting_ = nullptr;
  messages_.clear();
}

bool TailSession::abandoned() const {
  const std::lock_guard lock(mutex_);
  return abandoned_ || (ended_ && messages_.empty());
}

std::shared_ptr<TailSession> LiveTails::open(TailSession::Wanted wanted) {
  const std::lock_guard lock(mutex_);
  std::erase_if(sessions_, [](const auto& session) { return session->abandoned(); });
  if (stopping_ || sessions_.size() == kMostSessions) return nullptr;
  auto session = std::make_shared<TailSession>(std::move(wanted));
  sessions_.push_back(session);
  count_ = sessions_.size();
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_all();
  return session;
}

void LiveTails::arrived(const std::vector<Seen>& events) {
  std::vector<std::shared_ptr<TailSession>> sessions;
  {
    const std::lock_guard lock(mutex_);
    sessions = sessions_;
  }
  for (const auto& session : sessions) {
    for (const Seen& event : events) session->offer(event);
  }
}

void LiveTails::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& session : sessions_) session->end();
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

// The machine's seconds: a client waits for them, whatever Orrery's clock does.
void LiveTails::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (sessions_.empty()) {
      changed_.wait(lock);
      continue;
    }
    changed_.wait_for(lock, std::chrono::seconds(1), [this] { return stopping_; });
    std::erase_if(sessions_, [](const auto& session) { return session->abandoned(); });
    count_ = sessions_.size();
    const auto sessions = sessions_;
    lock.unlock();
    for (const auto& session : sessions) session->tick();
    lock.lock();
  }
}

}  // namespace orrery::logs
