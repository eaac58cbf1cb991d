// Steps that are taken when something calls for them: each key's next step is queued once, however often it is called
// for until it begins. One thread takes them, in the order of the calls. What has been called for holds the Orrery's
// clock until it is done.
#pragma once

#include "background/background.h"
#include "base/worker.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace orrery {

class CalledSteps {
 public:
  CalledSteps(Background& background, std::function<void(const std::string& key)> step)
      : background_(background), step_(std::move(step)) {}

  // Any thread.
  void call(const std::string& key);
  // Other work on the thread of the steps.
  void post(std::function<void()> job) { worker_.post(std::move(job)); }
  // Ends the step under way; what was called for is dropped. Not from a step.
  void stop() { worker_.stop(); }

 private:
  Background& background_;
  const std::function<void(const std::string&)> step_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<void>> called_;  // whose step is to come, with its hold on the clock
  Worker worker_;                                        // last: jobs use all of the above
};

}  // namespace orrery
