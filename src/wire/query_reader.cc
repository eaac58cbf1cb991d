// Query requests (IAM, STS): a form with dotted names, "Tags.member.1.Key"
// (smithy.io/2.0/aws/protocols/aws-query-protocol.html).
#include "base/encode.h"
#include "wire/protocol_internal.h"

#include <algorithm>
#include <charconv>

namespace orrery::wire {
namespace {

// The parameters sorted by name, so that all below one prefix stand together.
class Form {
 public:
  Result<> add(const ServiceModel& service, std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find('&');
      const std::string_view pair = text.substr(0, end);
      text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
      if (pair.empty()) continue;
      const std::size_t equals = pair.find('=');
      auto key = percent_decode(pair.substr(0, equals), true);
      auto value =
          percent_decode(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true);
      if (!key || !value) return fail(unreadable(service, "Bad percent-encoding in the request's parameters"));
      all_.emplace_back(std::move(*key), std::move(*value));
    }
    return {};
  }
  void add(const Pairs& pairs) { all_.insert(all_.end(), pairs.begin(), pairs.end()); }
  void sort() {
    std::stable_sort(all_.begin(), all_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  }

  const std::string* find(std::string_view key) const {
    const auto found = lower(key);
    return found != all_.end() && found->first == key ? &found->second : nullptr;
  }
  // Anything named `prefix` + '.' …?
  bool has_below(std::string_view prefix) const {
    const std::string start = std::string(prefix) + '.';
    const auto found = lower(start);
    return found != all_.end() && found->first.starts_with(start);
  }
  // The numbers N of prefix.N and prefix.N.…, ascending, each once.
  std::vector<std::uint64_t> indices(std::string_view prefix) const {
    const std::string start = std::string(prefix) + '.';
    std::vector<std::uint64_t> out;
    for (auto it = lower(start); it != all_.end() && it->first.starts_with(start); ++it) {
      const char* const begin = it->first.data() + start.size();
      const char* const end = it->first.data() + it->first.size();
      std::uint64_t number = 0;
      const auto parsed = std::from_chars(begin, end, number);
      if (parsed.ec == std::errc() && (parsed.ptr == end || *parsed.ptr == '.')) out.push_back(number);
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

 private:
  Pairs::const_iterator lower(std::string_view key) const {
    return std::lower_bound(all_.begin(), all_.end(), key,
                            [](const auto& pair, std::string_view wanted) { return pair.first < wanted; });
  }
  Pairs all_;
};

class Reader {
 public:
  Reader(ReadContext& context, const Form& form) : context_(context), form_(form) {}

  Result<> members(const Shape& shape, const std::string& prefix, void* out, const Path* path) {
    Seen seen;
    for (std::size_t index = 0; index < shape.members.size(); ++index) {
      const Member& member = shape.members[index];
      const std::string name = prefix + std::string(name_of(member));
      const Path here{path, member.name, 0, Path::Step::Member};
      if (form_.find(name) == nullptr && !form_.has_below(name)) continue;
      if (is_scalar(*member.shape) && form_.find(name) == nullptr) continue;
      seen.add(index);
      TRY(read(*member.shape, member.timestamp_format, member.flattened, name, member.access.emplace(out), &here));
    }
    note_missing(context_, shape, seen, path);
    return {};
  }

 private:
  static std::string_view name_of(const Member& member) {
    const bool renamed = member.flattened && member.shape->kind == ShapeKind::List &&
                         !member.shape->element_name.empty() && member.shape->element_name != "member";
    return renamed ? member.shape->element_name : member.location_name;
  }

  Result<> read(const Shape& shape, TimestampFormat format, bool flattened, const std::string& name, void* out,
                const Path* path) {
    switch (shape.kind) {
      case ShapeKind::Structure:
        return members(shape, name + '.', out, path);
      case ShapeKind::List: {
        const std::string base = flattened ? name : name + '.' + std::string(shape.element_name);
        std::size_t position = 0;
        for (const std::uint64_t index : form_.indices(base)) {
          const Path here{path, {}, position++, Path::Step::Element};
          TRY(read(*shape.element, TimestampFormat::Default, false, base + '.' + std::to_string(index),
                   shape.list->append(out), &here));
        }
        return {};
      }
      case ShapeKind::Map:
        return map(shape, flattened ? name : name + ".entry", out, path);
      case ShapeKind::Custom:
        return fail(unreadable(context_.service, "unexpected parameter " + name));
      default: {
        const std::string* text = form_.find(name);
        static const std::string kEmpty;
        const Result<> done =
            scalar_from_text(shape, format_or(format, TimestampFormat::Iso8601), text == nullptr ? kEmpty : *text, out);
        return done ? Result<>() : Result<>(fail(unreadable(context_.service, done.error().message)));
      }
    }
  }

  Result<> map(const Shape& shape, const std::string& base, void* out, const Path* path) {
    for (const std::uint64_t index : form_.indices(base)) {
      const std::string entry = base + '.' + std::to_string(index) + '.';
      const std::string* key = form_.find(entry + std::string(shape.key_name));
      if (key == nullptr) return fail(unreadable(context_.service, "missing " + entry + std::string(shape.key_name)));
      const Path here{path, *key, 0, Path::Step::Entry};
      const std::size_t before = shape.map->size(out);
      void* slot = shape.map->insert(out, *key);
      if (shape.map->size(out) == before) continue;
      TRY(read(*shape.element, TimestampFormat::Default, false, entry + std::string(shape.element_name), slot, &here));
    }
    return {};
  }

  ReadContext& context_;
  const Form& form_;
};

}  // namespace

Result<> read_query(ReadContext& context, const Shape& shape, const RequestParts& request, void* out) {
  Form form;
  TRY(form.add(context.service, request.body));
  if (request.query != nullptr) form.add(*request.query);
  form.sort();
  return Reader(context, form).members(shape, "", out, nullptr);
}

}  // namespace orrery::wire
