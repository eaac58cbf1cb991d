// Every part of a running server, in the order in which they are built; destroyed the other way round.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "background/background.h"
#include "blob/blob.h"
#include "functions/environments.h"
#include "gateway/dispatcher.h"
#include "gateway/pipeline.h"
#include "http/server.h"
#include "server/admin.h"
#include "server/config.h"
#include "server/server.h"
#include "services/dynamodb/dynamodb.h"
#include "services/events/events.h"
#include "services/iam/iam.h"
#include "services/identity/stored_identity.h"
#include "services/lambda/lambda.h"
#include "services/logs/logs.h"
#include "services/s3/s3.h"
#include "services/sts/sts.h"

namespace orrery::server {

// Services reach each other through a dispatcher that is made after them, because it needs their tables.
class LateDispatcher final : public Dispatcher {
 public:
  Result<json::value> dispatch(Transaction& tx, const Caller& caller, std::string_view service,
                               std::string_view operation, const json::value& input) override {
    return behind->dispatch(tx, caller, service, operation, input);
  }
  std::unique_ptr<Dispatcher> behind;
};

struct Server::House {
  House(const Config& c, Clock& k, Random& r) : config(c), clock(k), random(r) {}

  Config config;
  Clock& clock;
  Random& random;

  std::unique_ptr<Store> store;
  std::unique_ptr<BlobStore> blobs;
  std::unique_ptr<Identity> identity;
  std::unique_ptr<Background> background;
  LateDispatcher dispatcher;

  std::unique_ptr<dynamodb::DynamoDb> dynamodb;
  std::unique_ptr<s3::S3> s3;
  std::unique_ptr<lambda::Lambda> lambda;
  std::unique_ptr<events::Events> events;
  std::unique_ptr<logs::Logs> logs;
  std::unique_ptr<sts::Sts> sts;
  std::vector<Service> services;

  std::unique_ptr<gateway::Pipeline> pipeline;
  std::unique_ptr<Admin> admin;
  std::unique_ptr<http::Server> http;
  std::unique_ptr<functions::Environments> environments;

  Result<> build();
  void build_services();
  Result<> build_environments();
  void collect_blobs_periodically();
};

}  // namespace orrery::server
