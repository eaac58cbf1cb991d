// A pool of real sandboxes for tests, with functions written to a scratch directory.
#pragma once

#include "functions/environments.h"
#include "functions/testing/scratch.h"

#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace orrery::functions {

class PoolTest : public ::testing::Test {
 protected:
  void SetUp() override { open({}); }
  void TearDown() override { pool_.reset(); }

  void open(Environments::Options options) {
    const std::string directories[] = {"/usr/local/bin", "/usr/bin"};
    options.endpoint_url = "http://127.0.0.1:4566";
    options.work_dir = scratch_.path() + "/work";
    options.hidden_paths = {scratch_.path() + "/data"};
    options.interpreters = find_interpreters(directories);
    pool_.reset();
    auto opened = Environments::open(
        clock_, random_, std::move(options),
        [this](const FunctionSpec&) -> Result<Credentials> {
          return Credentials{"AKIATEST", "secret", "token", clock_.now() + credentials_last_};
        },
        [this](const FunctionSpec&, const std::string&, std::span<const LogLine> lines) {
          const std::lock_guard lock(mutex_);
          for (const auto& line : lines) log_.push_back(line.text);
        });
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    pool_ = *std::move(opened);
  }

  std::shared_ptr<FunctionSpec> function(const std::string& name) {
    auto spec = std::make_shared<FunctionSpec>();
    spec->key = spec->name = name;
    spec->arn = "arn:aws:lambda:us-east-1:000000000000:function:" + name;
    spec->account = "000000000000";
    spec->region = "us-east-1";
    spec->code_dir = scratch_.path() + "/" + name;
    spec->log_group = "/aws/lambda/" + name;
    std::filesystem::create_directories(spec->code_dir);
    return spec;
  }
  std::shared_ptr<FunctionSpec> python(const std::string& name, const std::string& code) {
    auto spec = function(name);
    spec->runtime = "python3.11";
    spec->handler = "app.handler";
    scratch_.write(name + "/app.py", code);
    return spec;
  }
  std::shared_ptr<FunctionSpec> node(const std::string& name, const std::string& code,
                                     const std::string& file = "index.js") {
    auto spec = function(name);
    spec->runtime = "nodejs20.x";
    spec->handler = "index.handler";
    scratch_.write(name + "/" + file, code);
    return spec;
  }
  std::shared_ptr<FunctionSpec> provided(const std::string& name, const std::string& bootstrap) {
    auto spec = function(name);
    spec->runtime = "provided.al2023";
    scratch_.write(name + "/bootstrap", bootstrap, true);
    return spec;
  }

  std::future<Outcome> begin(const std::shared_ptr<const FunctionSpec>& spec, std::string payload = "{}") {
    return begin_streaming(spec, std::move(payload), nullptr);
  }
  std::future<Outcome> begin_streaming(const std::shared_ptr<const FunctionSpec>& spec, std::string payload,
                                       std::shared_ptr<ResponseStream> stream) {
    auto promise = std::make_shared<std::promise<Outcome>>();
    Invocation invocation;
    invocation.request_id = random_.uuid();
    invocation.payload = std::move(payload);
    invocation.invoked_function_arn = spec->arn;
    invocation.client_context = R"({"custom":{"k":"v"},"client":{"app_title":"t"}})";
    invocation.trace_id = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1";
    invocation.stream = std::move(stream);
    last_id_ = invocation.request_id;
    pool_->invoke(spec, std::move(invocation), [promise](Outcome outcome) { promise->set_value(std::move(outcome)); });
    return promise->get_future();
  }
  Outcome invoke(const std::shared_ptr<const FunctionSpec>& spec, std::string payload = "{}") {
    auto future = begin(spec, std::move(payload));
    if (future.wait_for(std::chrono::seconds(30)) != std::future_status::ready) {
      ADD_FAILURE() << "no outcome within 30 s";
      return {};
    }
    return future.get();
  }
  std::string log() {
    const std::lock_guard lock(mutex_);
    std::string all;
    for (const auto& line : log_) all += line + "\n";
    return all;
  }

  Scratch scratch_;
  Clock clock_;
  Random random_{42};
  Millis credentials_last_{3'600'000};
  std::mutex mutex_;
  std::vector<std::string> log_;
  std::string last_id_;
  std::unique_ptr<Environments> pool_;
};

}  // namespace orrery::functions
