// A process that can be copied into sandboxes: an interpreter with its libraries loaded. See launcher/template.cc and
// docs/decisions/010-sandbox.md.
#pragma once

#include "base/result.h"
#include "functions/sandbox/fd.h"

#include <set>
#include <string>
#include <vector>

#include <sys/types.h>

namespace orrery::functions {

class Template {
 public:
  Template() = default;
  Template(const Template&) = delete;
  Template& operator=(const Template&) = delete;
  ~Template();  // ends it; its copies live on

  // Starts `arguments` with the socket as descriptor 3 and an environment of one variable at most ("NAME=value"). It
  // reports once it has loaded everything; does not wait for that. The calling thread must outlive the copies: they end
  // with it.
  Result<> start(const std::vector<std::string>& arguments, std::string variable = {});
  // Whether it has reported; asks the socket while it has not.
  bool ready();
  // What it has loaded: a space-separated report, the names of modules.
  const std::set<std::string, std::less<>>& modules() const { return modules_; }

  struct Namespaces {
    bool user, network;  // beside those that every sandbox has
  };
  struct Files {
    int plan, input, output, status;  // borrowed
  };
  // A copy of it as a child of ours, in new namespaces, on its way through the plan. Waits for the copy to exist
  // (milliseconds). After an error the template is no longer ready.
  Result<pid_t> copy(const Files& files, const Namespaces& namespaces);

 private:
  void stop();

  pid_t pid_ = 0;
  Fd socket_;
  bool ready_ = false;
  std::set<std::string, std::less<>> modules_;
};

}  // namespace orrery::functions
