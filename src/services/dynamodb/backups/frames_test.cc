#include "services/dynamodb/backups/frames.h"

#include "store/temp_dir.h"

#include <fstream>

#include <gtest/gtest.h>

namespace orrery::dynamodb {
namespace {

item::Item numbered(int i, std::size_t padding) {
  return {{"id", item::Value::number(i)}, {"pad", item::Value::string(std::string(padding, 'x'))}};
}

TEST(Frames, RoundTripAndResume) {
  TempDir folder;
  Clock clock;
  Random random{1};
  const auto blobs = *open_blob_store(folder / "blobs", clock, random, Durability::Relaxed);
  auto writer = *ItemWriter::create(*blobs);
  for (int i = 0; i < 3000; ++i) ASSERT_TRUE(writer.add(numbered(i, i % 50 == 0 ? 300'000 : 20)));
  EXPECT_EQ(writer.items(), 3000);
  const BlobInfo blob = *writer.finish();
  std::uint64_t offset = kFirstItem;
  for (int i = 0; i < 3000;) {
    auto reader = *ItemReader::open(*blobs, blob.id, offset);
    for (int n = 0; n < 77 && i < 3000; ++n, ++i) {
      const auto item = reader.next();
      ASSERT_TRUE(item && *item);
      EXPECT_EQ(**item, numbered(i, i % 50 == 0 ? 300'000 : 20).view());
    }
    offset = reader.offset();
  }
  EXPECT_EQ(offset, blob.size);
  auto reader = *ItemReader::open(*blobs, blob.id, offset);
  EXPECT_FALSE(*reader.next());
}

TEST(Frames, DamageIsSeen) {
  TempDir folder;
  Clock clock;
  Random random{1};
  const auto blobs = *open_blob_store(folder / "blobs", clock, random, Durability::Relaxed);
  auto writer = *ItemWriter::create(*blobs);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(writer.add(numbered(i, 1000)));
  const BlobInfo blob = *writer.finish();
  std::fstream file(blobs->path_of(blob.id), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(5000);
  file.put('#');
  file.close();
  auto reader = *ItemReader::open(*blobs, blob.id, kFirstItem);
  int good = 0;
  auto item = reader.next();
  for (; item && *item; item = reader.next()) ++good;
  EXPECT_FALSE(item);
  EXPECT_LT(good, 6);
}

}  // namespace
}  // namespace orrery::dynamodb
