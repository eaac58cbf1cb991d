#include "server/server.h"

#include "base/log.h"
#include "gateway/access_log.h"
#include "gateway/dispatcher.h"
#include "gateway/pipeline.h"
#include "http/client/client.h"
#include "http/peer_user.h"
#include "http/server.h"
#include "server/admin.h"
#include "server/code_download.h"
#include "server/function_urls.h"
#include "server/janitor.h"
#include "server/late_dispatcher.h"
#include "server/only_one.h"
#include "server/under_way.h"
#include "services/cloudtrail/cloudtrail.h"
#include "services/cloudwatch/cloudwatch.h"
#include "services/cloudwatch/publishing/publisher.h"
#include "services/dynamodb/dynamodb.h"
#include "services/events/events.h"
#include "services/firehose/firehose.h"
#include "services/iam/iam.h"
#include "services/identity/stored_identity.h"
#include "services/kinesis/kinesis.h"
#include "services/lambda/invocation/on_behalf.h"
#include "services/lambda/lambda.h"
#include "services/logs/logs.h"
#include "services/s3/s3.h"
#include "services/scheduler/scheduler.h"
#include "services/sns/sns.h"
#include "services/sqs/sqs.h"
#include "services/sts/sts.h"
#include "services/wakes.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace orrery::server {
namespace {

constexpr Millis kFunctionGrace{5000};

bool is_loopback(std::string_view host) { return host.starts_with("127.") || host == "::1"; }

std::string url_of(std::string_view scheme, std::string_view host, std::uint16_t port) {
  std::string shown(host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host);
  if (shown.find(':') != std::string::npos) shown = "[" + shown + "]";
  return std::string(scheme) + "://" + shown + ":" + std::to_string(port);
}

// Clients of a service try again; a body in a form other than the service's own would hinder them.
http::Response unavailable(const http::Request& request, std::string_view why) {
  const std::string body = Admin::owns(request) ? "{\"status\": \"" + std::string(why) + "\"}\n" : "";
  http::Response response = http::Response::text(503, body, "application/json");
  response.close = true;
  return response;
}

// Formatted once a second by each thread.
const std::string& date_header(Instant now) {
  thread_local std::int64_t formatted_s = 0;
  thread_local std::string text;
  const std::int64_t now_s = epoch_ms(now) / 1000;
  if (now_s != formatted_s) {
    text = http_date(now);
    formatted_s = now_s;
  }
  return text;
}

// What a function can do to this machine depends on it: its owner is told, each time.
void say_protections(const std::vector<functions::Protection>& all) {
  std::string active;
  for (const functions::Protection& one : all) {
    if (one.active) {
      active.append(active.empty() ? "" : ", ").append(one.name);
    } else {
      log::warning("functions run without a protection", {{"protection", one.name}, {"why", one.detail}});
    }
  }
  log::info("functions are sandboxed", {{"protections", active}});
}

}  // namespace

// Every part, in the order in which they are built; destroyed the other way round.
struct Server::House {
  House(const Config& c, Clock& k, Random& r) : config(c), clock(k), random(r) {}

  const Config config;
  Clock& clock;
  Random& random;

  std::unique_ptr<Store> store;
  std::shared_ptr<void> claimed;  // there is no second server on a copy of the folder
  std::unique_ptr<BlobStore> blobs;
  std::shared_ptr<ClockKeeper> clock_keeper;
  bool turned_back = false;  // at this start: schedules go on from there
  identity::Uses uses;
  std::unique_ptr<Identity> identity;
  std::unique_ptr<Background> background;
  LateDispatcher dispatcher;
  Wakes wakes;

  std::unique_ptr<dynamodb::DynamoDb> dynamodb;
  std::unique_ptr<s3::S3> s3;
  std::unique_ptr<events::Events> events;
  std::unique_ptr<http::Client> outside;
  std::unique_ptr<scheduler::Scheduler> scheduler;
  std::unique_ptr<logs::Logs> logs;
  std::unique_ptr<iam::Iam> iam;
  std::unique_ptr<sts::Sts> sts;
  std::unique_ptr<cloudtrail::CloudTrail> trail;
  std::shared_ptr<cloudwatch::Publisher> metrics;
  std::unique_ptr<cloudwatch::CloudWatch> cloudwatch;
  std::unique_ptr<sqs::Sqs> sqs;
  std::unique_ptr<kinesis::Kinesis> kinesis;
  std::unique_ptr<firehose::Firehose> firehose;
  std::unique_ptr<lambda::Lambda> lambda;
  std::unique_ptr<sns::Sns> sns;
  std::vector<Service> services;
  std::unique_ptr<gateway::AccessLog> access_log;
  std::vector<Observer*> observers;

  std::unique_ptr<gateway::Pipeline> pipeline;
  std::unique_ptr<Admin> admin;
  std::unique_ptr<CodeDownload> downloads;
  std::unique_ptr<FunctionUrls> urls;
  std::atomic<bool> ready = false;
  std::atomic<bool> draining = false;
  UnderWay requests;
  std::unique_ptr<http::Server> http;
  http::Listener plain;  // for functions, when the main address speaks TLS
  std::unique_ptr<functions::Environments> environments;
  std::unique_ptr<Janitor> janitor;

  Result<> open_state();
  Result<> read_issuers();
  void build_services();
  void build_messaging();
  void register_work();  // that the services do in the background
  void build_front();
  functions::Protection protect_root();
  Result<> start_functions();
  void open_outside();
  http::awaitable<http::Response> serve(http::Request& request);
};

Result<> Server::House::open_state() {
  const std::filesystem::path data(config.data_dir);
  std::error_code failed;
  for (const char* folder : {"", "blobs", "code", "functions"}) {
    std::filesystem::create_directories(data / folder, failed);
    if (failed)
      return fail(internal_error("cannot make the folder " + (data / folder).string() + ": " + failed.message()));
  }
  store = TRY(open_rocksdb((data / "store").string(), config.durability));
  claimed = TRY(claim(config.data_dir, random));
  blobs = TRY(open_blob_store((data / "blobs").string(), clock, random, config.durability));
  clock_keeper = ClockKeeper::follow(clock, *store);
  turned_back = TRY(clock_keeper->restore(config.clock));
  return {};
}

void Server::House::build_services() {
  std::vector<identity::Root> roots{{config.account, config.root.access_key, config.root.secret}};
  for (const auto& other : config.accounts) {
    roots.push_back({other.account, other.root.access_key, other.root.secret});
  }
  identity = identity::make_identity(*store, uses, roots);
  background = make_background(*store, clock);

  dynamodb.reset(new dynamodb::DynamoDb{*store, *blobs, *background, dispatcher, clock, random});
  dynamodb->wakes = &wakes;
  dynamodb->table_delay = config.table_delay;
  if (config.dynamodb_throttle) dynamodb->throughput.enforce();
  s3.reset(new s3::S3{*blobs, background.get()});
  events.reset(new events::Events{*background, dispatcher, *store, random, clock});
  events->catch_up = config.catch_up;
  events->most_rules = config.event_rules;
  scheduler.reset(new scheduler::Scheduler{*background, dispatcher, clock});
  scheduler->catch_up = config.catch_up;
  logs = std::make_unique<logs::Logs>(*store, *background, dispatcher, clock);
  iam.reset(new iam::Iam{uses});
  sts.reset(new sts::Sts{*background});
  trail = std::make_unique<cloudtrail::CloudTrail>(*store, random);
  observers.push_back(trail.get());
  metrics = std::make_shared<cloudwatch::Publisher>(*store, clock);
  clock.on_change([weak = std::weak_ptr(metrics)] {
    if (const auto still = weak.lock()) still->flush();
  });
  observers.push_back(metrics.get());
  cloudwatch.reset(new cloudwatch::CloudWatch{*store, *background, dispatcher, clock, metrics.get()});
  logs->metrics = metrics.get();
  events->metrics = metrics.get();
  dynamodb->throughput.publish_to(*metrics);
  scheduler->metrics = metrics.get();
  s3->metrics = metrics.get();
  lambda = std::make_unique<lambda::Lambda>(*store, *blobs, *background, dispatcher, clock, random,
                                            config.data_dir + "/code");
  lambda->function_delay = config.function_delay;
  lambda->metrics = metrics.get();
  build_messaging();
  services = {dynamodb::dynamodb_service(*dynamodb),
              dynamodb::dynamodbstreams_service(*dynamodb),
              s3::s3_service(*s3),
              events::events_service(*events),
              scheduler::scheduler_service(*scheduler),
              logs::logs_service(*logs),
              iam::iam_service(*iam),
              cloudtrail::cloudtrail_service(),
              cloudwatch::cloudwatch_service(*cloudwatch),
              sts::sts_service(*sts),
              sqs::sqs_service(*sqs),
              sns::sns_service(*sns),
              kinesis::kinesis_service(*kinesis),
              firehose::firehose_service(*firehose),
              lambda::lambda_service(*lambda)};
  scheduler->services = services;
  events->services = services;
}

void Server::House::build_messaging() {
  sqs = std::make_unique<sqs::Sqs>(*store, *background, clock, wakes);
  sqs->metrics = metrics.get();
  kinesis = std::make_unique<kinesis::Kinesis>(*store, *background, clock);
  kinesis->wakes = &wakes;
  kinesis->metrics = metrics.get();
  firehose = std::make_unique<firehose::Firehose>(*store, *background, dispatcher, clock, random);
  firehose->metrics = metrics.get();
  firehose->invoke = [this](const Caller& caller, const std::string& function, const std::string& payload,
                            std::function<void(Result<std::string>)> done) {
    lambda::invoke_on_behalf(*lambda, caller, function, payload, std::move(done));
  };
  sns = std::make_unique<sns::Sns>(*store, *background, dispatcher, clock);
  sns->metrics = metrics.get();
}

void Server::House::register_work() {
  dynamodb::register_background(*dynamodb);
  s3::register_background(*s3);
  events::register_background(*events);
  scheduler::register_background(*scheduler);
  logs::register_background(*logs);
  sts::register_background(*background);
  cloudwatch::register_background(*cloudwatch);
  sqs::register_background(*sqs);
  kinesis::register_background(*kinesis);
  firehose::register_background(*firehose);
  lambda::register_background(*lambda);
  sns::register_background(*sns);
}

Result<> Server::House::read_issuers() {
  for (const auto& issuer : config.oidc_issuers) {
    std::ifstream file(issuer.jwks_file);
    std::stringstream text;
    text << file.rdbuf();
    if (!file || !parse_json(text.str())) {
      return fail(api_error("Usage", "--oidc-issuer: " + issuer.jwks_file + " is not readable as a JSON Web Key Set"));
    }
    sts->issuers[sts::issuer_name(issuer.url)] = {text.str()};
  }
  return {};
}

void Server::House::build_front() {
  if (config.access_log_mb > 0) {
    access_log = std::make_unique<gateway::AccessLog>(*store, clock, config.access_log_mb * 1024 * 1024);
    observers.push_back(access_log.get());
  }
  pipeline = std::make_unique<gateway::Pipeline>(
      gateway::Parts{clock, random, *store, *identity, services, observers,
                     config.iam_audit ? gateway::IamMode::Audit : gateway::IamMode::Enforce, &wakes});
  dispatcher.behind =
      std::make_unique<gateway::InProcessDispatcher>(services, pipeline->authorizer(), clock, random, observers);
  scheduler->authorizer = &pipeline->authorizer();
  events->authorizer = &pipeline->authorizer();
  firehose->authorizer = &pipeline->authorizer();
  admin = std::make_unique<Admin>(*pipeline, *background, clock, *clock_keeper, *store);
  admin->schedules.emplace(
      ScheduleReports{*store, clock, {events::schedule_source(*events), scheduler::schedule_source(*scheduler)}});
  admin->access.emplace(AccessReports{access_log.get(), services, *store, random});
  downloads.reset(
      new CodeDownload{lambda->code_urls, *blobs, clock, random, *pipeline->router().find_service("s3")->model});
  urls.reset(new FunctionUrls{*pipeline, *lambda, *store, clock, random});
  http::Options options;
  options.address = config.host;
  options.port = config.port;
  options.threads = config.threads;
  if (!config.tls_certificate.empty()) options.tls = http::TlsFiles{config.tls_certificate, config.tls_key};
  http = std::make_unique<http::Server>(options, [this](http::Request& request) { return serve(request); });
}

http::awaitable<http::Response> Server::House::serve(http::Request& request) {
  const UnderWay::Entry entry(requests);
  if (!ready) co_return unavailable(request, "starting");
  // Functions that are still running get what they ask for: their credentials are sessions, which have a token.
  if (draining && !request.headers.find("x-amz-security-token")) co_return unavailable(request, "stopping");
  // No co_await inside an expression: g++ 12 destroys such temporaries twice.
  http::Response response;
  if (lambda::CodeUrls::owns(request.path)) {
    response = downloads->answer(request);
  } else if (sns::owns_certificate_path(request.path)) {
    response = sns::serve_certificate(*sns, request);
  } else if (FunctionUrls::owns(request)) {
    response = co_await urls->answer(request);
  } else if (Admin::owns(request)) {
    response = co_await admin->handle(request);
  } else {
    response = co_await pipeline->handle(request);
  }
  // RFC 9110 section 6.6.1; the machine's time, as clients compare it with theirs.
  response.headers.set("Date", date_header(clock.machine_now()));
  co_return response;
}

// Everybody knows test/test, functions too: it must not lift them above their role. A root credential that is a secret
// is a function's only when its user has put it there.
functions::Protection Server::House::protect_root() {
  const char* const name = "root credential";
  if (!config.root_is_default) return {name, true, "not the well-known one"};
  if (!environments->separate_users()) {
    return {name, false, "functions run as the server's own user: any may sign as test/test. Remedy: orrery init"};
  }
  if (!http::peer_user_works()) {
    return {name, false, "the kernel does not tell whose a connection is: functions may sign as test/test"};
  }
  pipeline->distrust_root_of([this](const http::Request& request) { return environments->may_be_function(request); });
  return {name, true, "test/test is refused from functions' users"};
}

Result<> Server::House::start_functions() {
  std::string endpoint = url_of("http", config.host, http->port());
  if (!config.tls_certificate.empty()) {
    plain = TRY(http->listen("127.0.0.1", 0, [this](http::Request& request) { return serve(request); }));
    endpoint = url_of("http", "127.0.0.1", plain.port());
  }
  functions::Environments::Options options;
  options.endpoint_url = endpoint;
  options.work_dir = config.data_dir + "/functions";
  options.hidden_paths = {config.data_dir};
  options.serve_endpoint = [this](int socket) -> Result<std::shared_ptr<void>> {
    http::Listener listener = TRY(http->adopt(socket, [this](http::Request& request) { return serve(request); }));
    return std::make_shared<http::Listener>(std::move(listener));
  };
  options.interpreters = functions::find_interpreters(config.interpreter_dirs);
  options.key_ended = [this](const std::string& key) { lambda::key_ended(*lambda, key); };
  options.listener = lambda::invocation_metrics(*lambda);
  environments = TRY(functions::Environments::open(
      clock, random, std::move(options),
      [this](const functions::FunctionSpec& spec) { return lambda::role_credentials(*lambda, spec); },
      [this](const functions::FunctionSpec& spec, const std::string& stream,
             std::span<const functions::LogLine> lines) { lambda::write_logs(*lambda, spec, stream, lines); }));
  lambda->environments = environments.get();
  auto protections = environments->protections();
  protections.push_back(protect_root());
  say_protections(protections);
  admin->describe_functions = [protections]() -> json::value {
    json::array list;
    for (const auto& one : protections) {
      list.push_back(json::object{{"name", one.name}, {"active", one.active}, {"detail", one.detail}});
    }
    return json::object{{"protections", std::move(list)}};
  };
  return {};
}

// What requests to the outside may reach depends on who may cause them: on a loopback address, who is on this machine.
void Server::House::open_outside() {
  http::ClientOptions options;
  options.reach = config.outbound.value_or(is_loopback(config.host) ? http::Reach::Local : http::Reach::Https);
  options.own_ports = {http->port()};
  if (!config.tls_certificate.empty()) options.own_ports.push_back(plain.port());
  outside = std::make_unique<http::Client>(std::move(options));
  events->client = outside.get();
  sns->client = outside.get();
}

Server::Server(std::unique_ptr<House> house) : house_(std::move(house)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::open(const Config& given, Clock& clock, Random& random) {
  if (!is_loopback(given.host) && given.root_is_default) {
    return fail(api_error("Usage", "refusing to listen on " + given.host +
                                       " with the well-known credential test/test: run `orrery init --data " +
                                       given.data_dir + "` first, which makes one of your own"));
  }
  Config config = given;
  std::error_code failed;
  config.data_dir = std::filesystem::absolute(given.data_dir, failed).lexically_normal().string();
  auto house = std::make_unique<House>(config, clock, random);
  TRY(house->open_state());
  house->build_services();
  house->register_work();
  TRY(house->read_issuers());
  house->build_front();
  return std::unique_ptr<Server>(new Server(std::move(house)));
}

Result<> Server::start() {
  TRY(house_->http->start());
  TRY(house_->start_functions());
  house_->sns->endpoint =
      url_of(house_->config.tls_certificate.empty() ? "http" : "https", house_->config.host, house_->http->port());
  house_->open_outside();
  lambda::start_event_sources(*house_->lambda, house_->wakes);
  firehose::start_sources(*house_->firehose, house_->wakes);
  if (house_->turned_back) TRY(house_->admin->schedules->rearm_all(house_->clock.now()));
  house_->background->start();
  house_->janitor = std::make_unique<Janitor>(*house_->blobs, *house_->store, [lambda = house_->lambda.get()] {
    lambda::sweep_code(*lambda, lambda::Sweep::Later);
  });
  lambda::sweep_code(*house_->lambda, lambda::Sweep::AtStart);  // before any deployment: the deployer's first job
  lambda::restore_concurrency(*house_->lambda);
  house_->ready = true;
  return {};
}

std::uint16_t Server::port() const { return house_->http->port(); }

// From the outside in: what runs has time to end, and the functions among it reach the server until they have.
void Server::stop(int grace_ms) {
  const auto began = house_->clock.monotonic_us();
  const auto rest = [&] {
    return Millis(std::max<std::int64_t>(0, grace_ms - (house_->clock.monotonic_us() - began) / 1000));
  };
  house_->draining = true;
  sqs::stop(*house_->sqs);
  house_->requests.wait_for_none(rest());
  house_->background->stop(rest());
  house_->outside.reset();
  house_->logs->stop();
  house_->kinesis->stop();
  house_->http->stop(static_cast<int>(rest().count()));
  house_->dynamodb->jobs.stop();
  lambda::stop_event_sources(*house_->lambda);
  firehose::stop(*house_->firehose);
  house_->lambda->deployer.stop();
  if (house_->environments) house_->environments->shutdown(kFunctionGrace);
  house_->janitor.reset();
  house_->metrics->stop();
  house_->uses.flush(*house_->store);
  if (house_->access_log) house_->access_log->stop();
}

}  // namespace orrery::server
