#include "functions/python_templates.h"

#include "base/log.h"
#include "functions/clock_page.h"
#include "functions/environment_variables.h"

#include <algorithm>
#include <filesystem>

namespace orrery::functions {
namespace {

// What interpreter, linker and libc read at their start.
bool changes_the_interpreter(const FunctionSpec& spec) {
  return std::any_of(spec.environment.begin(), spec.environment.end(), [](const auto& variable) {
    const auto is = [&](const char* prefix) { return variable.first.starts_with(prefix); };
    return is("PYTHON") || is("LD_") || is("MALLOC_") || is("GLIBC_") || variable.first == kExecWrapper;
  });
}

// Whether the folder has a module or package of a name that is loaded already.
bool brings_its_own(const std::string& folder, const Template& loaded) {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    const std::string name = entry.path().filename().string();
    if (loaded.modules().contains(std::string_view(name).substr(0, name.find('.')))) return true;
  }
  return false;
}

}  // namespace

void PythonTemplates::warm(const Interpreter& interpreter, bool sees_clock) {
  auto& slot = templates_[{interpreter.path, sees_clock}];
  if (slot != nullptr) return;
  slot = std::make_unique<Template>();
  const auto started = slot->start(
      {interpreter.path, "-I", "-S", python_dir_ + "/bootstrap.py", "--template", "3", python_dir_ + "/template.so"},
      sees_clock ? "LD_PRELOAD=" + python_dir_ + "/" + std::string(kClockLibrary) : std::string());
  if (!started) log::warning("no Python template", {{"reason", started.error().message}});
}

Template* PythonTemplates::find(const Interpreter& interpreter, const FunctionSpec& spec, bool sees_clock) {
  warm(interpreter, sees_clock);
  Template* found = templates_[{interpreter.path, sees_clock}].get();
  if (!found->ready() || changes_the_interpreter(spec) || brings_its_own(spec.code_dir, *found)) return nullptr;
  for (const std::string& layer : spec.layer_dirs) {
    if (brings_its_own(layer + "/python", *found)) return nullptr;
    if (brings_its_own(layer + "/python/lib/" + spec.runtime + "/site-packages", *found)) return nullptr;
  }
  return found;
}

}  // namespace orrery::functions
