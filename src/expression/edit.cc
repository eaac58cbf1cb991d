#include "expression/edit.h"

#include "item/encoding.h"

namespace orrery::expression {

using item::internal::Sink;
using item::internal::Tag;

Edits& Edits::at(const Path& path, const Bindings& bindings) {
  Edits* node = this;
  for (const PathStep& step : path) {
    node = step.is_index() ? &node->indexes_[step.index] : &node->names_[std::string(step.name_in(bindings))];
  }
  return *node;
}

class Edits::Writer {
 public:
  explicit Writer(Sink& sink) : sink_(sink) {}

  // The entries of an item or a map, and the changes: both ascending by name.
  void entries(const Edits& edits, std::string_view rest) {
    const char* run = rest.data();  // not copied so far
    auto edit = edits.names_.begin();
    while (edit != edits.names_.end() && !rest.empty()) {
      const char* entry = rest.data();
      const std::string_view name = item::internal::take_bytes(rest);
      const int order = edit->first.compare(name);
      if (order > 0) {
        item::internal::take_value(rest);
        continue;
      }
      copy(run, entry);
      if (order < 0) {
        add(edit->first, edit->second);
        rest = {entry, static_cast<std::size_t>(rest.data() + rest.size() - entry)};  // once more, for the next change
        run = entry;
      } else {
        replace(name, item::internal::take_value(rest), edit->second);
        run = rest.data();
      }
      ++edit;
    }
    copy(run, rest.data() + rest.size());
    for (; edit != edits.names_.end(); ++edit) add(edit->first, edit->second);
  }

 private:
  void copy(const char* from, const char* to) {
    sink_.put(std::string_view(from, static_cast<std::size_t>(to - from)));
  }

  void add(std::string_view name, const Edits& edit) {
    if (edit.value_.empty()) return;  // removes what is not there
    sink_.put_bytes(name);
    sink_.put(edit.value_);
  }
  void replace(std::string_view name, std::string_view old, const Edits& edit) {
    if (edit.removed_) return;
    sink_.put_bytes(name);
    value(edit, old);
  }

  void value(const Edits& edit, std::string_view old) {
    if (!edit.value_.empty()) return sink_.put(edit.value_);
    const Tag tag = item::internal::take_tag(old);
    const std::string_view body = item::internal::take_body(tag, old);
    CHECK(tag == (edit.names_.empty() ? Tag::L : Tag::M));
    sink_.put(tag);
    const std::size_t opened = sink_.open();
    if (tag == Tag::M) {
      entries(edit, body);
    } else {
      elements(edit, body);
    }
    sink_.close(opened);
  }

  void elements(const Edits& edits, std::string_view rest) {
    auto edit = edits.indexes_.begin();
    for (std::size_t index = 0; !rest.empty(); ++index) {
      if (edit == edits.indexes_.end()) return sink_.put(rest);
      const std::string_view old = item::internal::take_value(rest);
      if (edit->first != index) {
        sink_.put(old);
        continue;
      }
      if (!edit->second.removed_) value(edit->second, old);
      ++edit;
    }
    for (; edit != edits.indexes_.end(); ++edit) sink_.put(edit->second.value_);
  }

  Sink& sink_;
};

item::Item Edits::apply(item::ItemView item) const {
  thread_local Sink sink;
  sink.clear();
  sink.put(item::ItemView::kVersion);
  Writer(sink).entries(*this, item.body());
  return item::Item::from_encoding(std::string(sink.since(0)));
}

}  // namespace orrery::expression
