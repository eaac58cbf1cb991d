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

  // Starts the template of this interpreter unless it has been; does not wait.
  void warm(const Interpreter& interpreter);
  // The template that this function may start from: nullptr while there is none, and for functions that want the
  // interpreter otherwise (its own variables) or bring modules of their own in place of what is loaded.
  Template* find(const Interpreter& interpreter, const FunctionSpec& spec);

 private:
  const std::string python_dir_;
  std::map<std::string, std::unique_ptr<Template>> templates_;  // by the interpreter's path
};

}  // namespace orrery::functions
