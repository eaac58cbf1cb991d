#include "blob/blob.h"
#include "blob/id.h"
#include "store/temp_dir.h"

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace orrery {
namespace {

class BlobStoreTest : public testing::Test {
 protected:
  void SetUp() override { reopen(); }

  void reopen() {
    Result<std::unique_ptr<BlobStore>> opened = open_blob_store(folder_ / "blobs", clock_, random_, Durability::Full);
    ASSERT_TRUE(opened) << opened.error().message;
    blobs_ = *std::move(opened);
  }
  BlobInfo write(std::string_view content) {
    const std::unique_ptr<BlobWriter> writer = *blobs_->create();
    EXPECT_TRUE(writer->write(content.substr(0, content.size() / 3)));
    EXPECT_TRUE(writer->write(content.substr(content.size() / 3)));
    return *writer->finish();
  }
  void retain(const BlobInfo& blob) {
    ASSERT_TRUE(store_->transact([&](Transaction& tx) { return blobs_->retain(tx, blob); }));
  }
  void release(const BlobInfo& blob) {
    ASSERT_TRUE(store_->transact([&](Transaction& tx) { return blobs_->release(tx, blob.id); }));
  }
  bool exists(const BlobInfo& blob) const { return std::filesystem::exists(blobs_->path_of(blob.id)); }
  int temporary_files() {
    const std::filesystem::directory_iterator files(folder_ / "blobs/tmp");
    return static_cast<int>(std::distance(begin(files), end(files)));
  }
  static std::string drain(BlobReader& reader) {
    std::string content;
    for (Result<std::string_view> piece = reader.read();; piece = reader.read()) {
      if (!piece) return piece.error().message;
      if (piece->empty()) return content;
      EXPECT_LE(piece->size(), 256U << 10);
      content += *piece;
    }
  }
  static std::string some_bytes(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7 + i / 251);
    return bytes;
  }

  TempDir folder_;
  Clock clock_;
  Random random_{1};
  std::unique_ptr<Store> store_ = make_memory_store();
  std::unique_ptr<BlobStore> blobs_;
};

TEST_F(BlobStoreTest, GivesBackWhatWasWritten) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{1} << 18, std::size_t{700'001}}) {
    const std::string content = some_bytes(size);
    const BlobInfo blob = write(content);
    EXPECT_EQ(blob.size, size);
    EXPECT_EQ(*blobs_->read_all(blob.id, size), content);
    const std::unique_ptr<BlobReader> reader = *blobs_->open(blob.id, 0, UINT64_MAX);
    EXPECT_EQ(reader->size(), size);
    EXPECT_EQ(drain(*reader), content);
    EXPECT_EQ(std::filesystem::file_size(blobs_->path_of(blob.id)), size);  // the content and nothing else
  }
  EXPECT_EQ(temporary_files(), 0);
}

TEST_F(BlobStoreTest, Ranges) {
  const std::string content = some_bytes(600'000);
  const BlobInfo blob = write(content);
  const auto range = [&](std::uint64_t offset, std::uint64_t length) {
    const std::unique_ptr<BlobReader> reader = *blobs_->open(blob.id, offset, length);
    const std::string read = drain(*reader);
    EXPECT_EQ(reader->size(), read.size());
    return read;
  };
  EXPECT_EQ(range(1, 3), content.substr(1, 3));
  EXPECT_EQ(range(100, 400'000), content.substr(100, 400'000));
  EXPECT_EQ(range(599'999, 100), content.substr(599'999));
  EXPECT_EQ(range(600'000, 1), "");
  EXPECT_EQ(range(UINT64_MAX, UINT64_MAX), "");
  EXPECT_EQ(range(5, 0), "");
}

TEST_F(BlobStoreTest, TooLargeToReadAtOnce) {
  const BlobInfo blob = write("12345");
  EXPECT_FALSE(blobs_->read_all(blob.id, 4));
}

TEST_F(BlobStoreTest, AnUnknownOrForgedIdIsAnError) {
  EXPECT_FALSE(blobs_->open("../../etc/passwd", 0, 1));
  EXPECT_FALSE(blobs_->open("", 0, 1));
  EXPECT_FALSE(blobs_->open(blob::make_id(random_, {1, 2}), 0, 1));
}

TEST_F(BlobStoreTest, AWriterThatIsGivenUpLeavesNothing) {
  {
    const std::unique_ptr<BlobWriter> writer = *blobs_->create();
    ASSERT_TRUE(writer->write("half"));
    EXPECT_EQ(temporary_files(), 1);
  }
  EXPECT_EQ(temporary_files(), 0);
}

TEST_F(BlobStoreTest, WhatACrashLeftIsClearedAtOpening) {
  const BlobInfo blob = write("kept");
  std::ofstream(folder_ / "blobs/tmp/0123456789") << "torn";
  reopen();
  EXPECT_EQ(temporary_files(), 0);
  EXPECT_EQ(*blobs_->read_all(blob.id, 100), "kept");
}

TEST_F(BlobStoreTest, DamagedContentIsAnErrorWhenReadWhole) {
  const BlobInfo blob = write(some_bytes(600'000));
  {
    std::fstream file(blobs_->path_of(blob.id), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(300'000);
    file.put('!');
  }
  const auto whole = blobs_->read_all(blob.id, 1 << 20);
  ASSERT_FALSE(whole);
  EXPECT_EQ(whole.error().kind, Error::Kind::Internal);
  EXPECT_NE(whole.error().message.find("damaged"), std::string::npos);
  const std::unique_ptr<BlobReader> reader = *blobs_->open(blob.id, 0, 600'000);
  EXPECT_NE(drain(*reader).find("damaged"), std::string::npos);
}

TEST_F(BlobStoreTest, ATruncatedFileIsAnErrorAtOnce) {
  const BlobInfo blob = write(some_bytes(1000));
  std::filesystem::resize_file(blobs_->path_of(blob.id), 500);
  EXPECT_FALSE(blobs_->open(blob.id, 0, 10));
}

TEST_F(BlobStoreTest, ABlobLivesAsLongAsItsReferences) {
  const BlobInfo blob = write("content");
  retain(blob);
  retain(blob);
  release(blob);
  EXPECT_EQ(*blobs_->collect(*store_, Millis(0)), 0);
  EXPECT_TRUE(exists(blob));
  release(blob);
  EXPECT_TRUE(exists(blob));
  EXPECT_EQ(*blobs_->collect(*store_, Millis(60'000)), 0);
  EXPECT_EQ(*blobs_->collect(*store_, Millis(0)), 1);
  EXPECT_FALSE(exists(blob));
  EXPECT_EQ(*blobs_->collect(*store_, Millis(0)), 0);
  EXPECT_FALSE(store_->snapshot()->scan({"", ""})->next());  // no row is left
}

TEST_F(BlobStoreTest, WhatNobodyRefersToIsCollectedAfterTheGracePeriod) {
  const BlobInfo blob = write("orphan");
  EXPECT_EQ(*blobs_->collect(*store_, Millis(60'000)), 0);
  EXPECT_TRUE(exists(blob));
  EXPECT_EQ(*blobs_->collect(*store_, Millis(-1000)), 1);
  EXPECT_FALSE(exists(blob));
}

TEST_F(BlobStoreTest, ARolledBackReferenceDoesNotCount) {
  const BlobInfo blob = write("content");
  const auto outcome = store_->transact([&](Transaction& tx) -> Result<> {
    TRY(blobs_->retain(tx, blob));
    return fail(api_error("No", "no"));
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(*blobs_->collect(*store_, Millis(-1000)), 1);
}

TEST_F(BlobStoreTest, ReleasingMoreThanWasRetainedIsAnError) {
  const BlobInfo blob = write("content");
  EXPECT_FALSE(store_->transact([&](Transaction& tx) { return blobs_->release(tx, blob.id); }));
}

// A crash between the mark and the deletion: the next collection goes on, and nobody can refer to the blob meanwhile.
TEST_F(BlobStoreTest, AHalfDoneCollectionIsFinished) {
  const BlobInfo blob = write("content");
  retain(blob);
  release(blob);
  // The file is replaced by a folder, which unlink() refuses: as if the process had ended there.
  const std::string path = blobs_->path_of(blob.id);
  std::filesystem::rename(path, path + ".aside");
  std::filesystem::create_directory(path);
  EXPECT_FALSE(blobs_->collect(*store_, Millis(0)));
  EXPECT_FALSE(store_->transact([&](Transaction& tx) { return blobs_->retain(tx, blob); }));
  std::filesystem::remove(path);
  std::filesystem::rename(path + ".aside", path);
  EXPECT_EQ(*blobs_->collect(*store_, Millis(60'000)), 1);
  EXPECT_FALSE(exists(blob));
}

TEST_F(BlobStoreTest, AnOpenReaderOutlivesTheFile) {
  const std::string content = some_bytes(3 << 20);
  const BlobInfo blob = write(content);
  std::atomic<int> opened = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      const std::unique_ptr<BlobReader> reader = *blobs_->open(blob.id, 0, content.size());
      ++opened;
      while (opened < 5) std::this_thread::yield();
      EXPECT_EQ(drain(*reader), content);
    });
  }
  while (opened < 4) std::this_thread::yield();
  EXPECT_EQ(*blobs_->collect(*store_, Millis(-1000)), 1);
  EXPECT_FALSE(exists(blob));
  ++opened;
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(blobs_->open(blob.id, 0, 1));
}

// Collections run against retains: either the reference is made and the file stays, or it is refused and the file goes.
TEST_F(BlobStoreTest, CollectionAndNewReferencesExcludeEachOther) {
  for (int round = 0; round < 50; ++round) {
    const BlobInfo blob = write("content");
    bool retained = false;
    std::thread other(
        [&] { retained = store_->transact([&](Transaction& tx) { return blobs_->retain(tx, blob); }).ok(); });
    EXPECT_TRUE(blobs_->collect(*store_, Millis(-1000)));
    other.join();
    EXPECT_EQ(retained, exists(blob));
    if (retained) release(blob);
  }
}

TEST_F(BlobStoreTest, AFullDiskIsReportedAndLeavesNothing) {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 100'000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  {
    const std::unique_ptr<BlobWriter> writer = *blobs_->create();
    Result<> written;
    int pieces = 0;
    while (pieces < 100 && (written = writer->write(some_bytes(8192)))) ++pieces;
    EXPECT_FALSE(written);
    EXPECT_EQ(pieces, 12);
    EXPECT_EQ(written.error().kind, Error::Kind::Internal);
    EXPECT_NE(written.error().message.find("File too large"), std::string::npos) << written.error().message;
    EXPECT_FALSE(writer->finish());
  }
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(temporary_files(), 0);
  const BlobInfo blob = write("works again");
  EXPECT_EQ(*blobs_->read_all(blob.id, 100), "works again");
}

TEST(BlobFolder, ThatCannotBeMadeIsRefusedWithAReason) {
  const TempDir folder;
  Clock clock;
  Random random(1);
  std::ofstream(folder / "file") << "not a folder";
  const auto opened = open_blob_store(folder / "file/blobs", clock, random, Durability::Full);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("cannot create the folder"), std::string::npos);
}

TEST(BlobId, RoundTripAndRefusals) {
  Random random(1);
  const std::string id = blob::make_id(random, {0x1234, 0xff});
  const auto parsed = blob::parse_id(id);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->size, 0x1234U);
  EXPECT_EQ(parsed->crc, 0xffU);
  for (std::size_t length = 0; length < id.size(); ++length) EXPECT_FALSE(blob::parse_id(id.substr(0, length)));
  EXPECT_FALSE(blob::parse_id(id + "0"));
  EXPECT_FALSE(blob::parse_id("../" + id));
}

}  // namespace
}  // namespace orrery
