// What the engine does with a queue: receive messages as the function's role, hand them to the function in batches, and
// delete those that it has handled. What it has not becomes visible again by itself; nothing is kept between steps that
// a restart could lose.
#include "base/arn.h"
#include "base/log.h"
#include "services/lambda/event_sources/engine.h"
#include "services/lambda/invocation/lineage.h"
#include "services/lambda/invocation/run.h"
#include "services/lambda/metrics.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

constexpr std::size_t kReceivedAtOnce = 10;  // of a receive, and of a deletion
// "Lambda … processes five batches at a time with five concurrent invocations": and more here only where the mapping
// says so.
constexpr std::size_t kConcurrency = 5;
constexpr Millis kLongestRest = std::chrono::seconds(30);

json::object named_queue(const Mapping& mapping) {
  const Arn arn = Arn::parse(mapping.source()).value_or(Arn());
  return {{"QueueUrl", "http://sqs." + arn.region + ".localhost/" + arn.account + "/" + arn.resource}};
}

std::size_t batch_size(const Mapping& mapping) {
  return static_cast<std::size_t>(std::max<std::int64_t>(1, mapping.configuration.BatchSize.value_or(10)));
}

std::size_t concurrency(const Mapping& mapping) {
  const auto& scaling = mapping.configuration.ScalingConfig;
  if (!scaling || !scaling->MaximumConcurrency) return kConcurrency;
  return static_cast<std::size_t>(*scaling->MaximumConcurrency);
}

Result<> delete_messages(Dispatcher& dispatcher, Transaction& tx, const Caller& role, const Mapping& mapping,
                         const std::vector<std::string>& handles) {
  for (std::size_t first = 0; first < handles.size(); first += kReceivedAtOnce) {
    json::array entries;
    for (std::size_t i = first; i < std::min(handles.size(), first + kReceivedAtOnce); ++i) {
      entries.push_back(json::object{{"Id", std::to_string(i)}, {"ReceiptHandle", handles[i]}});
    }
    json::object input = named_queue(mapping);
    input["Entries"] = std::move(entries);
    TRY(dispatcher.dispatch(tx, role, "sqs", "DeleteMessageBatch", input));
  }
  return {};
}

// In a FIFO queue what failed comes again before the messages of its group that were received with it: when their
// visibility timeout is over, which is the same.
void let_go_behind(std::vector<QueuedMessage>& held, const std::vector<QueuedMessage>& batch,
                   const QueueVerdict& verdict) {
  std::set<std::string> failed;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!verdict.done[i] && !batch[i].group.empty()) failed.insert(batch[i].group);
  }
  std::erase_if(held, [&](const QueuedMessage& message) { return failed.contains(message.group); });
}

}  // namespace

// What passes no filter is deleted (docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html).
Result<std::vector<QueuedMessage>> EventSources::receive(const Mapping& mapping, std::size_t most, Millis& visibility) {
  const Filters filters = TRY(Filters::compile(mapping.configuration.FilterCriteria));
  const Instant now = lambda_.clock.now();
  return lambda_.store.transact([&](Transaction& tx) -> Result<std::vector<QueuedMessage>> {
    const Caller role = as_role(lambda_, mapping.function, TRY(role_of(tx, mapping)));
    json::object ask = named_queue(mapping);
    ask["AttributeNames"] = json::array{"VisibilityTimeout"};
    const json::value queue = TRY(lambda_.dispatcher.dispatch(tx, role, "sqs", "GetQueueAttributes", ask));
    if (const json::value* attributes = find(queue, "Attributes")) {
      visibility = std::chrono::seconds(std::atoll(text_of(*attributes, "VisibilityTimeout").c_str()));
    }
    json::object input = named_queue(mapping);
    input["MaxNumberOfMessages"] = static_cast<std::int64_t>(std::min(most, kReceivedAtOnce));
    input["AttributeNames"] = json::array{"All"};
    input["MessageAttributeNames"] = json::array{"All"};
    const json::value answer = TRY(lambda_.dispatcher.dispatch(tx, role, "sqs", "ReceiveMessage", input));
    std::vector<QueuedMessage> out;
    std::vector<std::string> unwanted;
    const json::value* messages = find(answer, "Messages");
    if (messages == nullptr || !messages->is_array()) return out;
    for (const json::value& one : messages->get_array()) {
      QueuedMessage message = queued_message(mapping, one, now);
      if (filters.pass(message.filtered.is_null() ? message.document : message.filtered)) {
        out.push_back(std::move(message));
      } else {
        unwanted.push_back(std::move(message.handle));
      }
    }
    TRY(delete_messages(lambda_.dispatcher, tx, role, mapping, unwanted));
    // There may be more behind those that went.
    if (out.empty() && !unwanted.empty()) call_again_ = true;
    return out;
  });
}

// Fills what is held, until it is a batch or the queue has no more.
Result<> EventSources::fill(const Mapping& mapping, QueueWork& work) {
  const std::size_t most = batch_size(mapping);
  // What was held for too long is somebody else's.
  std::erase_if(work.held, [&](const QueuedMessage& message) {
    return message.received + work.visibility <= lambda_.clock.now();
  });
  while (work.held.size() < most) {
    call_again_ = false;
    auto came = TRY(receive(mapping, most - work.held.size(), work.visibility));
    if (came.empty() && !call_again_) return {};
    std::ranges::move(came, std::back_inserter(work.held));
  }
  return {};
}

Result<> EventSources::step_queue(const std::string& key, const Mapping& mapping, Poller& poller) {
  QueueWork& work = poller.queue;
  const auto window = std::chrono::seconds(mapping.configuration.MaximumBatchingWindowInSeconds.value_or(0));
  while (work.flying < concurrency(mapping)) {
    const Instant now = lambda_.clock.now();
    if (work.rests_until && *work.rests_until > now) return {};
    work.rests_until.reset();
    TRY(fill(mapping, work));
    if (work.held.empty()) {
      work.gathered_by.reset();
      return {};
    }
    if (work.held.size() < batch_size(mapping) && window.count() > 0) {
      if (!work.gathered_by) {
        work.gathered_by = now + window;
        TRY(lambda_.store.transact([&](Transaction& tx) { return wake_at(tx, key, {"", 0}, *work.gathered_by); }));
      }
      if (now < *work.gathered_by) return {};
    }
    work.gathered_by.reset();
    auto flight = std::make_shared<QueueFlight>();
    flight->key = key;
    flight->mapping = mapping;
    // Batches that did not come to run are held again, so there may be more than one's worth.
    flight->batch = next_batch(work.held, batch_size(mapping), kMostEventBytes, work.groups);
    if (flight->batch.empty()) return {};
    for (const QueuedMessage& message : flight->batch) {
      if (!message.group.empty()) work.groups.insert(message.group);
    }
    ++work.flying;
    launch_queue(flight);
  }
  return {};
}

void EventSources::launch_queue(const std::shared_ptr<QueueFlight>& flight) {
  const auto land_later = [this, flight, held = lambda_.background.hold()](functions::Outcome outcome) {
    flight->outcome = std::move(outcome);
    steps_.post([this, flight, held] { land_queue(flight); });
  };
  const auto not_run = [&](const std::string& why) {
    functions::Outcome outcome;
    outcome.kind = functions::Outcome::Kind::Internal;
    outcome.payload = why;
    land_later(std::move(outcome));
  };
  auto run = prepare(lambda_, *lambda_.store.snapshot(), flight->mapping.function);
  // What the function sees must not be lost after it has.
  const Result<> safe = lambda_.store.wait_durable(lambda_.store.committed());
  if (!run || !safe) return not_run(run ? safe.error().message : run.error().message);
  TraceStep step = step_into(flight->batch.front().trace_header, flight->mapping.function.arn(), lambda_.random,
                             lambda_.clock.now());
  if (step.loop() && run->stops_loops) {
    publish(lambda_, flight->mapping.function, "RecursiveInvocationsDropped");
    return not_run("a loop of invocations was stopped");
  }
  functions::Invocation invocation;
  invocation.request_id = lambda_.random.uuid();
  invocation.payload = queue_event(flight->batch);
  invocation.invoked_function_arn = flight->mapping.function.qualified_arn();
  invocation.trace_id = std::move(step.trace_id);
  lambda_.environments->invoke(run->spec, std::move(invocation), land_later);
}

void EventSources::land_queue(const std::shared_ptr<QueueFlight>& flight) {
  const Mapping& mapping = flight->mapping;
  const QueueVerdict verdict = queue_verdict(flight->outcome, flight->batch, mapping.reports_item_failures());
  std::vector<std::string> handled;
  for (std::size_t i = 0; i < flight->batch.size(); ++i) {
    if (verdict.done[i]) handled.push_back(flight->batch[i].handle);
  }
  const std::string result = verdict.all_done() ? "OK" : "PROBLEM: Function call failed";
  const Result<> recorded = lambda_.store.transact([&](Transaction& tx) -> Result<> {
    auto stored = TRY(get_mapping(tx, flight->key));
    if (stored && stored->configuration.LastProcessingResult != result) {
      stored->configuration.LastProcessingResult = result;
      TRY(put_mapping(tx, *stored));
    }
    const Caller role = as_role(lambda_, mapping.function, TRY(role_of(tx, mapping)));
    return delete_messages(lambda_.dispatcher, tx, role, mapping, handled);
  });
  const auto poller = pollers_.find(flight->key);
  if (poller != pollers_.end()) {
    QueueWork& work = poller->second.queue;
    --work.flying;
    for (const QueuedMessage& message : flight->batch) {
      if (const auto group = work.groups.find(message.group); group != work.groups.end()) work.groups.erase(group);
    }
    if (verdict.ran) {
      work.rests = 0;
      let_go_behind(work.held, flight->batch, verdict);
    } else {
      rest(*flight, work);
    }
  }
  if (!recorded) return trouble(flight->key, recorded.error());  // they are received again
  step(flight->key);
}

// The function did not come to run: the batch is tried again as long as nobody else can receive it.
void EventSources::rest(QueueFlight& flight, QueueWork& work) {
  work.held.insert(work.held.begin(), std::make_move_iterator(flight.batch.begin()),
                   std::make_move_iterator(flight.batch.end()));
  const Millis pause = std::min<Millis>(kLongestRest, std::chrono::seconds(1LL << std::min(work.rests++, 5)));
  work.rests_until = lambda_.clock.now() + pause;
  const auto armed = lambda_.store.transact([&](Transaction& tx) {
    return wake_at(tx, flight.key, {"", 0}, *work.rests_until);
  });
  if (!armed) log::error("an event source rests until something comes", {{"reason", armed.error().message}});
}

}  // namespace orrery::lambda
