// The members of a JSON object by name and type, with errors that say where in the widget they are.
#pragma once

#include "base/json.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::cloudwatch::widgets {

// ValidationError. `path` as in "/metrics/0/4/color"; empty: the widget itself.
Error bad_widget(std::string_view path, std::string_view why);

class Fields {
 public:
  // Error: it is no object. `value` outlives it.
  static Result<Fields> of(const json::value& value, std::string path);

  // nullptr: absent, or null.
  const json::value* find(std::string_view name) const;
  std::string path(std::string_view name) const { return path_ + "/" + std::string(name); }
  const std::string& path() const { return path_; }

  // Error: it is there, and of another type.
  Result<std::optional<std::string>> text(std::string_view name) const;
  Result<std::optional<double>> number(std::string_view name) const;
  Result<std::optional<std::int64_t>> whole(std::string_view name) const;
  Result<bool> flag(std::string_view name, bool otherwise) const;
  // nullptr: absent.
  Result<const json::array*> list(std::string_view name) const;

  template <class E>
  struct Choice {
    std::string_view name;
    E value;
  };
  // `otherwise` when it is absent; an error when it is none of them.
  template <class E, std::size_t N>
  Result<E> choice(std::string_view name, const Choice<E> (&choices)[N], E otherwise) const {
    const auto given = TRY(text(name));
    if (!given) return otherwise;
    std::string all;
    for (const Choice<E>& one : choices) {
      if (one.name == *given) return one.value;
      all.append(all.empty() ? "" : ", ").append(one.name);
    }
    return fail(bad_widget(path(name), "Should be equal to one of the allowed values: " + all));
  }

 private:
  Fields(const json::object& object, std::string path) : object_(&object), path_(std::move(path)) {}

  const json::object* object_;
  std::string path_;
};

}  // namespace orrery::cloudwatch::widgets
