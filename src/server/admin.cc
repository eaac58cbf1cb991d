#include "server/admin.h"

#include "gateway/parked.h"

namespace orrery::server {
namespace {

constexpr std::string_view kPrefix = "/_orrery/";
constexpr std::size_t kBodyLimit = std::size_t{64} * 1024;
constexpr Millis kSettleTimeout{
    300'000};  // a function may run for fifteen minutes of its own; five at one instant is a hang

Error bad_request(std::string message) { return api_error("BadRequest", std::move(message), 400); }

http::Response json_response(int status, const json::value& body) {
  return http::Response::text(status, json::serialize(body) + "\n", "application/json");
}

}  // namespace

Admin::Admin(gateway::Pipeline& pipeline, Background& background, Clock& clock, ClockKeeper& keeper, Store& store)
    : pipeline_(pipeline), background_(background), clock_(clock), keeper_(keeper), store_(store) {}

bool Admin::owns(const http::Request& request) { return request.path.starts_with(kPrefix); }

http::awaitable<http::Response> Admin::handle(http::Request& request) {
  auto reply = co_await answer(request);
  if (reply) co_return json_response(200, *reply);
  co_return json_response(reply.error().status,
                          json::object{{"code", reply.error().code}, {"message", reply.error().message}});
}

http::awaitable<Result<json::value>> Admin::answer(http::Request& request) {
  const std::string_view path = request.path.substr(kPrefix.size());
  if (path == "health" && request.method == "GET") {
    co_return json::object{{"status", "ok"}, {"version", ORRERY_VERSION}};
  }
  auto body = co_await request.body.read_all(kBodyLimit);
  if (!body) co_return fail(std::move(body).error());
  CO_TRY(pipeline_.authenticate_root(request, *body));

  if (path == "clock" && request.method == "GET") co_return show_clock();
  if (path == "schedules" && request.method == "GET" && schedules) co_return schedules->list(request.query);
  if (path == "functions" && request.method == "GET" && describe_functions) co_return describe_functions();
  if (access) {
    auto reported = access->answer(request.method, path, *body);
    if (!reported) co_return fail(std::move(reported).error());
    if (*reported) co_return **std::move(reported);
  }
  const bool winds = path == "clock/advance" && request.method == "POST";
  if (!winds && !(path == "clock" && request.method == "PUT")) {
    co_return fail(api_error(
        "NotFound", "Orrery's API has no " + std::string(request.method) + " " + std::string(request.path), 404));
  }
  const auto wish = parse_json(*body);
  if (!wish) co_return fail(bad_request("the body is not JSON: " + wish.error().message));
  Result<json::value> answer;
  if (winds) {
    answer = co_await advance(*wish);
  } else {
    answer = co_await set_clock(*wish);
  }
  co_return answer;
}

http::awaitable<Result<json::value>> Admin::set_clock(const json::value& wish) {
  const auto mode = find_string(wish, "mode").value_or("");
  const auto text = find_string(wish, "now");
  const auto now = text ? parse_iso8601(*text) : std::optional<Instant>(clock_.now());
  if (!now) co_return fail(bad_request("\"now\" is not an ISO 8601 time: " + std::string(*text)));
  Clock::State state;
  if (mode == "frozen") {
    state = {Clock::Mode::Frozen, Millis(0), *now};
  } else if (mode == "offset") {
    state = {Clock::Mode::Offset, *now - clock_.machine_now(), {}};
  } else if (mode != "running") {
    co_return fail(bad_request("\"mode\" is one of: running, offset, frozen"));
  }
  // Whatever was armed for a time that is to come again goes on from where the clock is now. Of ticks that are leapt
  // over the policies of missed ticks hold, unless they are to be skipped.
  const Instant before = clock_.now();
  const Instant after = shown(state, clock_.machine_now());
  const bool skip = find_bool(wish, "skip").value_or(false);
  if (after > before && skip) {
    auto armed = co_await rearm(after);
    CO_TRY(std::move(armed));
  }
  clock_.set(state);
  if (after < before) {
    auto armed = co_await rearm(after);
    CO_TRY(std::move(armed));
  }
  auto kept = co_await keep_clock();
  CO_TRY(std::move(kept));
  co_return show_clock();
}

http::awaitable<Result<>> Admin::rearm(Instant now) {
  if (!schedules) co_return Result<>();
  auto armed = co_await gateway::parked<Result<>>([&](std::function<void(Result<>)> done) {
    winder_.post([this, now, done = std::move(done)] { done(schedules->rearm_all(now)); });
  });
  co_return armed;
}

// What is acknowledged has to survive.
http::awaitable<Result<>> Admin::keep_clock() {
  const Sequence kept = CO_TRY(keeper_.keep());
  auto safe = co_await gateway::parked<Result<>>(
      [&](std::function<void(Result<>)> done) { store_.on_durable(kept, std::move(done)); });
  co_return safe;
}

http::awaitable<Result<json::value>> Admin::advance(const json::value& wish) {
  const auto span = parse_duration(find_string(wish, "duration").value_or(""));
  if (!span) co_return fail(bad_request("\"duration\" is a span of time such as 90s, 6m30s, 24h, 7d or PT1H30M"));
  using Outcome = Result<std::vector<Ran>>;
  auto ran = co_await gateway::parked<Outcome>([&](std::function<void(Outcome)> done) {
    winder_.post([this, span = *span, done = std::move(done)] {
      keeper_.begin_winding();
      auto outcome = background_.advance(span, kSettleTimeout);
      keeper_.end_winding();
      done(std::move(outcome));
    });
  });
  auto kept = co_await keep_clock();
  CO_TRY(std::move(kept));
  if (!ran) co_return fail(std::move(ran).error());
  // There may be a hundred thousand: they share one piece of memory.
  const json::storage_ptr storage = json::make_shared_resource<json::monotonic_resource>();
  json::array list(storage);
  list.reserve(ran->size());
  for (const Ran& one : *ran) {
    list.push_back(json::object({{"at", iso8601_millis(one.at)},
                                 {"kind", one.kind},
                                 {"id", one.id},
                                 {"ok", one.ok},
                                 {"summary", one.summary},
                                 {"duration_us", one.duration_us}},
                                storage));
  }
  json::object reply(show_clock().as_object(), storage);
  reply["ran"] = std::move(list);
  co_return reply;
}

json::value Admin::show_clock() const {
  return json::object{{"mode", mode_name(clock_.state().mode)}, {"now", iso8601_millis(clock_.now())}};
}

}  // namespace orrery::server
