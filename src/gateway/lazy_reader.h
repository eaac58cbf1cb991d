// A snapshot taken when it is first needed: most requests of the root credential need none to be let in.
#pragma once

#include "store/store.h"

namespace orrery::gateway {

class LazyReader final : public Reader {
 public:
  explicit LazyReader(Store& store) : store_(store) {}
  Result<std::optional<std::string>> get(std::string_view key) override { return reader().get(key); }
  std::unique_ptr<Cursor> scan(const KeyRange& range, Direction direction) override {
    return reader().scan(range, direction);
  }

 private:
  Reader& reader() {
    if (!snapshot_) snapshot_ = store_.snapshot();
    return *snapshot_;
  }

  Store& store_;
  std::unique_ptr<Reader> snapshot_;
};

}  // namespace orrery::gateway
