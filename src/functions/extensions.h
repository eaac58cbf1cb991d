// The Extensions API, version 2020-01-01 (docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html): which
// extensions one environment has, and what each of them waits for.
#pragma once

#include "functions/invocation.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/steady_timer.hpp>

namespace orrery::functions {

// Executables of the layers' folder extensions/, which become /opt/extensions, in order.
std::vector<std::string> external_extensions(const FunctionSpec& spec);

struct Extension {
  std::string name, id;  // `id` is empty until it has registered
  bool external = false;
  bool on_invoke = false, on_shutdown = false;
  bool waits = false;                               // has asked for the next event, and there is none
  std::optional<std::string> event;                 // to be fetched
  std::unique_ptr<boost::asio::steady_timer> wake;  // cancelled when there is an event
};

class Extensions {
 public:
  explicit Extensions(const std::vector<std::string>& external);

  // nullptr: no such external extension is to come, or it is there already, or too many (10).
  Extension* enter(std::string_view name, std::string id, bool initialising);
  Extension* find(std::string_view id);

  bool empty() const { return all_.empty(); }
  // Every extension has registered and waits for an event: the environment may take an invocation.
  bool ready() const;
  void tell_invoke(const Invocation& invocation, std::string_view deadline_ms);
  // Whether any extension wanted to know.
  bool tell_shutdown(std::string_view reason, std::string_view deadline_ms);
  void wake_all();
  const std::vector<std::unique_ptr<Extension>>& all() const { return all_; }

 private:
  static void give(Extension& extension, std::string event);

  std::vector<std::unique_ptr<Extension>> all_;
};

}  // namespace orrery::functions
