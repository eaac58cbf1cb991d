#include "services/s3/listing.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace orrery::s3 {
namespace {

class ListingTest : public ::testing::Test {
 protected:
  void fill(const std::vector<std::string>& keys, const std::string& bucket = "b") {
    const auto done = store_->transact([&](Transaction& tx) -> Result<> {
      for (const auto& key : keys) TRY(tx.put(object_key(bucket, key), encode_object(ObjectRecord{})));
      return {};
    });
    ASSERT_TRUE(done.ok());
  }

  // "key" and "<group>", in pages of `most`, joined by spaces; pages by " | ".
  std::string list(const std::string& prefix, const std::string& delimiter, std::size_t most = 1000,
                   const std::string& start = "") {
    std::string out;
    ListQuery query{"b", prefix, delimiter, most, {start, false}};
    for (;;) {
      const auto page = list_keys(*store_->snapshot(), query);
      std::vector<std::pair<std::string, std::string>> shown;
      for (const auto& [key, object] : page->objects) shown.emplace_back(key, key);
      for (const auto& group : page->groups) shown.emplace_back(group, "<" + group + ">");
      std::sort(shown.begin(), shown.end());
      for (const auto& [key, text] : shown) out += (out.empty() || out.ends_with("| ") ? "" : " ") + text;
      if (!page->truncated) return out;
      EXPECT_EQ(page->count(), most);
      out += " | ";
      query.after = page->last;
    }
  }

  std::unique_ptr<Store> store_ = make_memory_store();
};

TEST_F(ListingTest, KeysInOrderOfTheirBytes) {
  fill({"b", "a", "a/b", "a b", "\xc3\xa9", "Z", "ab"});
  fill({"other"}, "b2");
  EXPECT_EQ(list("", ""), "Z a a b a/b ab b \xc3\xa9");
  EXPECT_EQ(list("a", ""), "a a b a/b ab");
  EXPECT_EQ(list("nothing", ""), "");
}

TEST_F(ListingTest, GroupsCountWithKeys) {
  fill({"a/1", "a/2", "a/3", "b", "c/1", "c/2/x", "d"});
  EXPECT_EQ(list("", "/"), "<a/> b <c/> d");
  EXPECT_EQ(list("", "/", 1), "<a/> | b | <c/> | d");
  EXPECT_EQ(list("", "/", 3), "<a/> b <c/> | d");
  EXPECT_EQ(list("c/", "/"), "c/1 <c/2/>");
  EXPECT_EQ(list("a", "/"), "<a/>");
  EXPECT_EQ(list("a/", "/", 2), "a/1 a/2 | a/3");
  EXPECT_EQ(list("", "/2", 2), "a/1 <a/2> | a/3 b | c/1 <c/2> | d");
}

TEST_F(ListingTest, StartsAfter) {
  fill({"a/1", "a/2", "b", "c/1"});
  EXPECT_EQ(list("", "", 1000, "a/1"), "a/2 b c/1");
  EXPECT_EQ(list("", "", 1000, "a/15"), "a/2 b c/1");
  EXPECT_EQ(list("", "/", 1000, "a/1"), "b <c/>");  // the group is not greater than the start
  EXPECT_EQ(list("", "/", 1000, "a/"), "b <c/>");
  EXPECT_EQ(list("", "/", 1000, "a"), "<a/> b <c/>");
  EXPECT_EQ(list("b", "/", 1000, "a/1"), "b");
  EXPECT_EQ(list("a/", "/", 1000, "zzz"), "");
}

TEST_F(ListingTest, ExactlyFullPagesAreNotTruncated) {
  fill({"a", "b", "c/1", "c/2"});
  EXPECT_EQ(list("", "/", 3), "a b <c/>");
  EXPECT_EQ(list("", "", 2), "a b | c/1 c/2");
  EXPECT_EQ(list("", "", 0), "");
}

TEST_F(ListingTest, ZeroBytesAndHighBytesInKeys) {
  fill({std::string("a\0b", 3), std::string("a\0", 2), "a", "a\xf4\x8f\xbf\xbf/x", "a\xf4\x8f\xbf\xbf/y", "b"});
  const auto page = list_keys(*store_->snapshot(), {"b", "a", std::string("\0", 1), 10, {}});
  EXPECT_EQ(page->groups, std::vector<std::string>{std::string("a\0", 2)});
  EXPECT_EQ(page->objects.size(), 3U);
  EXPECT_EQ(list("a\xf4", "/", 1), "<a\xf4\x8f\xbf\xbf/>");
}

// Counts how often the walk asks for an entry: a group of many keys must cost one seek.
class CountingReader final : public Reader {
 public:
  explicit CountingReader(Reader& inner) : inner_(inner) {}
  Result<std::optional<std::string>> get(std::string_view key) override { return inner_.get(key); }
  std::unique_ptr<Cursor> scan(const KeyRange& range, Direction direction) override {
    class Counting final : public Cursor {
     public:
      Counting(std::unique_ptr<Cursor> inner, int& steps) : inner_(std::move(inner)), steps_(steps) {}
      bool next() override { return ++steps_, inner_->next(); }
      std::string_view key() const override { return inner_->key(); }
      std::string_view value() const override { return inner_->value(); }
      Result<> status() const override { return inner_->status(); }

     private:
      std::unique_ptr<Cursor> inner_;
      int& steps_;
    };
    return std::make_unique<Counting>(inner_.scan(range, direction), steps);
  }
  int steps = 0;

 private:
  Reader& inner_;
};

TEST_F(ListingTest, StepsOverGroupsBySeeking) {
  std::vector<std::string> keys;
  keys.reserve(2001);
  for (int i = 0; i < 2000; ++i) keys.push_back("folder/" + std::to_string(i));
  keys.emplace_back("z");
  fill(keys);
  const auto snapshot = store_->snapshot();
  CountingReader reader(*snapshot);
  const auto page = list_keys(reader, {"b", "", "/", 1000, {}});
  EXPECT_EQ(page->count(), 2U);
  EXPECT_LE(reader.steps, 4);
}

TEST(ObjectRecord, RoundTrip) {
  ObjectRecord object;
  object.size = 3;
  object.etag = "e";
  object.last_modified = instant_from_ms(1'700'000'000'000);
  object.checksum_algorithm = "SHA256";
  object.checksum = "c=";
  object.storage_class = "STANDARD_IA";
  object.headers = {{"Content-Type", "text/plain"}, {"Cache-Control", "no-store"}};
  object.metadata = {{"who", "me"}};
  object.body = std::string("a\0b", 3);
  const std::string bytes = encode_object(object);
  const auto read = decode_object(bytes, WithBody::Yes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->size, object.size);
  EXPECT_EQ(read->etag, object.etag);
  EXPECT_EQ(read->last_modified, object.last_modified);
  EXPECT_EQ(read->checksum_algorithm, object.checksum_algorithm);
  EXPECT_EQ(read->storage_class, object.storage_class);
  EXPECT_EQ(read->header("Cache-Control"), "no-store");
  EXPECT_EQ(read->metadata, object.metadata);
  EXPECT_EQ(read->body, object.body);
  EXPECT_EQ(decode_object(bytes, WithBody::No)->body, "");
  EXPECT_FALSE(decode_object(bytes.substr(0, 8), WithBody::Yes).ok());
  EXPECT_FALSE(decode_object("", WithBody::Yes).ok());
}

}  // namespace
}  // namespace orrery::s3
