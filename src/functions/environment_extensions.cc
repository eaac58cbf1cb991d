// Extensions in the life of an environment.
#include "functions/environment.h"

#include <utility>

namespace orrery::functions {

std::string_view Environment::initialization() const {
  return kind_ == Kind::Provisioned ? "provisioned-concurrency" : "on-demand";
}

Extension* Environment::register_extension(std::string_view name, const std::vector<std::string>& events) {
  Extension* extension = extensions_.enter(name, setting_.random.uuid(), state_ == State::Starting);
  if (extension == nullptr) return nullptr;
  for (const std::string& event : events) {
    extension->on_invoke = extension->on_invoke || event == "INVOKE";
    extension->on_shutdown = extension->on_shutdown || event == "SHUTDOWN";
  }
  extension->wake = std::make_unique<boost::asio::steady_timer>(setting_.server.context(0),
                                                                boost::asio::steady_timer::time_point::max());
  log_.extension(name, "Registered", events);
  return extension;
}

void Environment::extension_waits(Extension& extension) {
  if (extension.event) return;
  if (!std::exchange(extension.waits, true) && state_ == State::Starting) {
    std::vector<std::string> events;
    if (extension.on_invoke) events.emplace_back("INVOKE");
    if (extension.on_shutdown) events.emplace_back("SHUTDOWN");
    log_.extension(extension.name, "Ready", events);
  }
  come_to_rest();
}

void Environment::extension_failed(Extension& extension, const std::string& error_type) {
  const std::string what = "extension " + extension.name + ": " + error_type;
  if (state_ == State::Starting) {
    fail_start({Outcome::Kind::InitError, what, "error", "Extension.InitError"});
  } else if (state_ == State::Busy) {
    finish_failed({Outcome::Kind::Crashed, what, "error", "Extension.ExitError"});
    end("failure");
  } else {
    end("failure");
  }
}

// Whether there is something to wait for. They are told once; the time is what their clocks show.
bool Environment::shut_down_extensions(std::string_view reason) {
  constexpr int kGraceMs = 2000;
  if (extensions_.empty()) return false;
  return extensions_.tell_shutdown(reason, std::to_string(epoch_ms(shown_now()) + kGraceMs));
}

}  // namespace orrery::functions
