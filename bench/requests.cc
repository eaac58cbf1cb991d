#include "requests.h"

#include "base/clock.h"
#include "base/encode.h"
#include "wire/sigv4_sign.h"

namespace orrery::bench {
namespace {

constexpr std::size_t kObjectBytes = 4096;

struct Unsigned {
  std::string_view method;
  std::string path;
  std::string_view service;
  wire::ErrorStyle style;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

std::string key_of(std::size_t number) {
  std::string digits = std::to_string(number);
  return "customer-" + std::string(8 - digits.size(), '0') + digits;
}

// About 1.2 KB of JSON, of the kinds of attributes that real items have.
std::string item(std::size_t number) {
  std::string out =
      R"({"id":{"S":")" + key_of(number) +
      R"("},"version":{"N":"17"},"total":{"N":"1234.56"},)"
      R"("active":{"BOOL":true},"deleted":{"NULL":true},"tags":{"SS":["new","priority","web"]},)"
      R"("address":{"M":{"street":{"S":"1 Clockmaker's Yard"},"city":{"S":"London"},"zip":{"S":"EC1A"}}},)"
      R"("lines":{"L":[)";
  for (int line = 0; line < 4; ++line) {
    if (line > 0) out += ',';
    out += R"({"M":{"sku":{"S":"A-)" + std::to_string(1000 + line) + R"("},"count":{"N":")" + std::to_string(line + 1) +
           R"("},"cents":{"N":"1999"}}})";
  }
  out += "]}";
  for (int note = 0; note < 6; ++note) {
    out += R"(,"note_)" + std::to_string(note) + R"(":{"S":"The quick brown fox jumps over the lazy dog, and then )" +
           std::string(30, static_cast<char>('a' + note)) + "\"}";
  }
  return out + "}";
}

// 8 KB that no compression makes smaller: to grow a table to a size.
std::string bulky_item(std::size_t number) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text(8192, '\0');
  std::uint64_t state = number * 0x9e3779b97f4a7c15U + 1;
  for (char& c : text) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    c = kAlphabet[state >> 58];
  }
  return R"({"id":{"S":")" + key_of(number) + R"("},"text":{"S":")" + text + "\"}}";
}

// 25 items of 100 bytes by the documented arithmetic ("id" and 10 digits, "text" and the rest).
std::string small_items(const Plan& plan, std::size_t number) {
  constexpr std::size_t kBatch = 25;
  std::string out = R"({"RequestItems":{")" + plan.resource + R"(":[)";
  for (std::size_t i = number * kBatch; i < (number + 1) * kBatch; ++i) {
    std::string digits = std::to_string(i);
    digits.insert(0, 10 - digits.size(), '0');
    if (i % kBatch != 0) out += ',';
    out += R"({"PutRequest":{"Item":{"id":{"S":")" + digits + R"("},"text":{"S":")" + std::string(74, 'x') + digits +
           "\"}}}}";
  }
  return out + "]}}";
}

Unsigned dynamodb(std::string_view name, std::string body) {
  return {"POST",
          "/",
          "dynamodb",
          wire::ErrorStyle::Json,
          {{"Content-Type", "application/x-amz-json-1.0"}, {"X-Amz-Target", "DynamoDB_20120810." + std::string(name)}},
          std::move(body)};
}

// The expression is the plan's resource; its target puts an item into the table "ticks".
Unsigned create_schedule(const Plan& plan, std::size_t number) {
  return {"POST",
          "/schedules/" + key_of(number),
          "scheduler",
          wire::ErrorStyle::RestJson,
          {{"Content-Type", "application/json"}},
          R"({"ScheduleExpression":")" + plan.resource +
              R"(","FlexibleTimeWindow":{"Mode":"OFF"},"Target":{"Arn":"arn:aws:scheduler:::aws-sdk:dynamodb:putItem",)"
              R"("RoleArn":"arn:aws:iam::000000000000:role/writer","Input":"{\"TableName\":\"ticks\",\"Item\":)"
              R"({\"id\":{\"S\":\"<aws.scheduler.execution-id>\"}}}"}})"};
}

// A request of JSON 1.1. `service` is a literal.
Unsigned json_1_1(std::string_view service, const std::string& target, std::string body) {
  return {"POST",
          "/",
          service,
          wire::ErrorStyle::Json,
          {{"Content-Type", "application/x-amz-json-1.1"}, {"X-Amz-Target", target}},
          std::move(body)};
}

// Ten events of some 300 bytes.
Unsigned put_events(std::size_t number) {
  std::string body = R"({"Entries":[)";
  for (int i = 0; i < 10; ++i) {
    body.append(i > 0 ? "," : "").append(R"({"Source":"shop.orders","DetailType":"order","Detail":"{\"kind\":\"k)");
    body.append(std::to_string((number * 10 + static_cast<std::size_t>(i)) % 1000));
    body.append(R"(\",\"total\":1234.5,\"note\":\")").append(200, 'x').append(R"(\"}"})");
  }
  return json_1_1("events", "AWSEvents.PutEvents", body + "]}");
}

// A thousand lines of 250 bytes, in one of the plan's streams.
Unsigned put_log_events(const Plan& plan, std::size_t number, Instant now) {
  std::string body =
      R"({"logGroupName":"bench","logStreamName":")" + key_of(number % plan.streams) + R"(","logEvents":[)";
  const std::string stamp = std::to_string(epoch_ms(now));
  for (int i = 0; i < 1000; ++i) {
    body.append(i > 0 ? "," : "").append(R"({"timestamp":)").append(stamp).append(R"(,"message":"line )");
    body.append(std::to_string(number * 1000 + static_cast<std::size_t>(i))).append(" INFO a request was answered ");
    body.append(210, static_cast<char>('a' + i % 26)).append("\"}");
  }
  return json_1_1("logs", "Logs_20140328.PutLogEvents", body + "]}");
}

// A thousand lines of some 250 bytes, as a web server's may be, of a day of ten million that begins at the plan's
// resource (epoch ms). The streams' lines interleave; one line in a million has an error in it.
Unsigned fill_log_events(const Plan& plan, std::size_t number) {
  constexpr std::uint64_t kLines = 1000, kDay_ms = 86'400'000, kLinesOfDay = 10'000'000;
  constexpr const char* kPaths[] = {"/api/orders", "/api/customers", "/api/baskets", "/health", "/api/search"};
  const std::uint64_t begin_ms = std::stoull(plan.resource);
  const std::uint64_t stream = number % plan.streams, first = number / plan.streams * plan.streams * kLines;
  std::string body = R"({"logGroupName":"bench","logStreamName":")" + key_of(stream) + R"(","logEvents":[)";
  std::uint64_t state = number * 0x9e3779b97f4a7c15U + 1;
  const auto random = [&] {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
  };
  for (std::uint64_t i = 0; i < kLines; ++i) {
    const std::uint64_t line = first + i * plan.streams + stream, at_ms = begin_ms + line * kDay_ms / kLinesOfDay;
    const bool wrong = line % 1'000'000 == 500'000;
    const std::string id = hex(std::to_string(random()).substr(0, 8)), path = kPaths[random() % 5];
    body.append(i > 0 ? "," : "").append(R"({"timestamp":)").append(std::to_string(at_ms)).append(R"(,"message":"[)");
    body.append(wrong ? "ERROR" : "INFO").append("] requestId=").append(id).append(" GET ").append(path).append("/");
    body.append(std::to_string(random() % 1'000'000)).append(" HTTP/1.1 status=").append(wrong ? "500" : "200");
    body.append(" bytes=").append(std::to_string(random() % 100'000)).append(" duration=");
    body.append(std::to_string(random() % 2000)).append("ms client=10.0.").append(std::to_string(random() % 256));
    body.append(".").append(std::to_string(random() % 256)).append(" customer=").append(key_of(random() % 100'000));
    body.append(wrong ? " PaymentDeclined by the bank" : " answered from the cache");
    body.append(" agent=\\\"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\\\"\"}");
  }
  return json_1_1("logs", "Logs_20140328.PutLogEvents", body + "]}");
}

Unsigned nth(const Plan& plan, std::size_t number, Instant now) {
  if (plan.operation == "create-schedule") return create_schedule(plan, number);
  if (plan.operation == "put-events") return put_events(number);
  if (plan.operation == "put-log-events") return put_log_events(plan, number, now);
  if (plan.operation == "fill-log-events") return fill_log_events(plan, number);
  const std::string named = R"({"TableName":")" + plan.resource + "\",";
  const std::string object = "/" + plan.resource + "/reports/" + key_of(number) + ".csv";
  if (plan.operation == "get-item")
    return dynamodb("GetItem", named + R"("Key":{"id":{"S":")" + key_of(number) + "\"}}}");
  if (plan.operation == "put-item") return dynamodb("PutItem", named + R"("Item":)" + item(number) + "}");
  if (plan.operation == "fill-item") return dynamodb("PutItem", named + R"("Item":)" + bulky_item(number) + "}");
  if (plan.operation == "fill-small") return dynamodb("BatchWriteItem", small_items(plan, number));
  if (plan.operation == "update-item") {
    return dynamodb("UpdateItem", named + R"("Key":{"id":{"S":")" + key_of(number) +
                                      R"("}},"UpdateExpression":"ADD hits :one","ExpressionAttributeValues":)"
                                      R"({":one":{"N":"1"}}})");
  }
  if (plan.operation == "query") {
    return dynamodb("Query", named +
                                 R"("KeyConditionExpression":"id = :id","ExpressionAttributeValues":{":id":)"
                                 R"({"S":")" +
                                 key_of(number) + "\"}}}");
  }
  if (plan.operation == "scan") {
    return dynamodb("Scan", named + R"("Segment":)" + std::to_string(number) + R"(,"TotalSegments":)" +
                                std::to_string(plan.keys) + "}");
  }
  if (plan.operation == "get-object") return {"GET", object, "s3", wire::ErrorStyle::S3, {}, {}};
  if (plan.operation == "put-object") {
    return {"PUT",
            object,
            "s3",
            wire::ErrorStyle::S3,
            {{"Content-Type", "text/csv"}},
            std::string(kObjectBytes, static_cast<char>('a' + number % 26))};
  }
  std::vector<std::pair<std::string, std::string>> headers;
  if (plan.operation == "invoke-event") headers.emplace_back("X-Amz-Invocation-Type", "Event");
  return {"POST",
          "/2015-03-31/functions/" + plan.resource + "/invocations",
          "lambda",
          wire::ErrorStyle::RestJson,
          std::move(headers),
          "{}"};
}

std::string sign(const Unsigned& request, const Plan& plan, Instant now) {
  std::vector<std::pair<std::string_view, std::string_view>> headers{{"Host", plan.host}};
  for (const auto& [name, value] : request.headers) headers.emplace_back(name, value);
  const wire::SignedRequest unsigned_request{request.method, request.path, {}, headers, request.style};
  const wire::SigningIdentity identity{plan.access_key, plan.secret, {}, "us-east-1", request.service};
  const auto added = wire::sign_request(unsigned_request, identity, hex(view(sha256(request.body))), now);

  std::string out(request.method);
  out.append(" ").append(request.path).append(" HTTP/1.1\r\n");
  for (const auto& [name, value] : headers) out.append(name).append(": ").append(value).append("\r\n");
  for (const auto& [name, value] : added) out.append(name).append(": ").append(value).append("\r\n");
  // What the SDKs send without signing it.
  out +=
      "Accept-Encoding: identity\r\nUser-Agent: Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux lang/python#3.11\r\n";
  out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n";
  return out + request.body;
}

}  // namespace

std::vector<std::string> make_requests(const Plan& plan) {
  const std::string_view known[] = {"get-item",        "put-item",   "fill-item",      "fill-small",
                                    "update-item",     "query",      "scan",           "get-object",
                                    "put-object",      "invoke",     "invoke-event",   "constant",
                                    "create-schedule", "put-events", "put-log-events", "fill-log-events"};
  bool found = false;
  for (const std::string_view name : known) found |= name == plan.operation;
  if (!found) return {};
  // The constant is asked for with the same bytes as an item: what differs is what the server does with them.
  Plan asked = plan;
  if (plan.operation == "constant") asked.operation = "get-item";
  const Clock clock;
  std::vector<std::string> out;
  for (std::size_t number = 0; number < plan.keys; ++number)
    out.push_back(sign(nth(asked, plan.first_key + number, clock.machine_now()), plan, clock.machine_now()));
  return out;
}

}  // namespace orrery::bench
