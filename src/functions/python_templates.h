// Template processes for Python functions, one an interpreter, started when they are first of use.
#pragma once

#include "functions/interpreters.h"
#include "functions/invocation.h"
#include "functions/sandbox/template.h"

#include <map>
#include <memory>
#include <string>

namespace orrery::functions {

// Everything on the pool's thread.
class PythonTemplates {
 public:
  explicit PythonTemplates(std::string python_dir) : python_dir_(std::move(python_dir)) {}

  // Starts the template of this interpreter unless it has been; does not wait. `sees_clock`: one whose copies see a
  // wound clock.
  void warm(const Interpreter& interpreter, bool sees_clock);
  // The template that this function may start from: nullptr while there is none, and for functions that want the
  // interpreter otherwise (its own variables) or bring modules of their own in place of what is loaded.
  Template* find(const Interpreter& interpreter, const FunctionSpec& spec, bool sees_clock);

 private:
  const std::string python_dir_;
  // By the interpreter's path, and whether they see the clock.
  std::map<std::pair<std::string, bool>, std::unique_ptr<Template>> templates_;
};

}  // namespace orrery::functions
