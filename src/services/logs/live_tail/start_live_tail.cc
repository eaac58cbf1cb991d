#include "services/logs/live_tail/start_live_tail.h"

#include "services/logs/live_tail/live_tails.h"
#include "services/logs/operations.h"
#include "wire/event_stream.h"

#include <utility>

namespace orrery::logs {
namespace {

class TailBody final : public ReplyBody {
 public:
  explicit TailBody(std::shared_ptr<TailSession> session) : session_(std::move(session)) {}
  ~TailBody() override { session_->abandon(); }
  TailBody(const TailBody&) = delete;
  TailBody& operator=(const TailBody&) = delete;

  std::optional<std::uint64_t> length() const override { return std::nullopt; }
  Result<std::string_view> next() override {
    message_ = session_->take();
    return std::string_view(message_);
  }
  bool ready() const override { return session_->ready(); }
  void when_ready(const std::function<void()>& call) override { session_->when_ready(call); }

 private:
  std::shared_ptr<TailSession> session_;
  std::string message_;
};

Result<TailSession::Wanted> wanted_by(const Call& call, Reader& reader, const StartLiveTailRequest& input) {
  TailSession::Wanted wanted;
  if (input.logStreamNames && input.logStreamNamePrefixes) {
    return invalid("logStreamNames and logStreamNamePrefixes are mutually exclusive parameters.");
  }
  if ((input.logStreamNames || input.logStreamNamePrefixes) && input.logGroupIdentifiers.size() > 1) {
    return invalid("Log streams can be specified only with a single log group.");
  }
  wanted.streams = input.logStreamNames.value_or(std::vector<std::string>());
  wanted.prefixes = input.logStreamNamePrefixes.value_or(std::vector<std::string>());
  wanted.pattern = TRY(FilterPattern::parse(input.logEventFilterPattern.value_or("")));
  for (const std::string& identifier : input.logGroupIdentifiers) {
    const GroupRecord group = TRY(existing_group(reader, call, group_in_identifier(identifier)));
    for (const std::string& stream : wanted.streams) TRY(existing_stream(reader, group, stream));
    wanted.groups[group.number] = identifier;
  }
  return wanted;
}

std::string session_start(const Call& call, const StartLiveTailRequest& input) {
  json::object start{{"requestId", call.request_id},
                     {"sessionId", call.random->uuid()},
                     {"logEventFilterPattern", input.logEventFilterPattern.value_or("")}};
  const auto add = [&](const char* name, const std::vector<std::string>& values) {
    start[name] = json::array(values.begin(), values.end());
  };
  add("logGroupIdentifiers", input.logGroupIdentifiers);
  if (input.logStreamNames) add("logStreamNames", *input.logStreamNames);
  if (input.logStreamNamePrefixes) add("logStreamNamePrefixes", *input.logStreamNamePrefixes);
  return wire::event_message("sessionStart", "application/json", json::serialize(start));
}

}  // namespace

void start_live_tail(Logs& logs, Call& call, const StartLiveTailRequest& input,
                     const Completion<StartLiveTailResponse>& done) {
  auto wanted = wanted_by(call, *logs.store.snapshot(), input);
  if (!wanted) return done(fail(std::move(wanted).error()));
  auto session = logs.tails.open(*std::move(wanted));
  if (session == nullptr) return done(fail(errors::LimitExceededException("Resource limit exceeded.")));
  // Of an operation that speaks JSON the first message is what the reply would be without its stream.
  session->push(wire::event_message("initial-response", "application/json", "{}"));
  session->push(session_start(call, input));
  call.reply.headers.emplace_back("Content-Type", "application/vnd.amazon.eventstream");
  call.reply.body = std::make_unique<TailBody>(std::move(session));
  done(StartLiveTailResponse{});
}

void show_arrived(Logs& logs, Transaction& tx, const GroupRecord& group, const StreamRecord& stream,
                  const std::vector<Arrived>& events, Instant now) {
  if (!logs.tails.watched()) return;
  std::vector<Seen> seen;
  seen.reserve(events.size());
  for (const Arrived& event : events) {
    seen.push_back({group.number, stream.name, event.position.timestamp_ms, epoch_ms(now), std::string(event.message)});
  }
  tx.on_commit([&logs, seen = std::move(seen)] { logs.tails.arrived(seen); });
}

}  // namespace orrery::logs
