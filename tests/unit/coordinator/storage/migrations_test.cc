#include "coordinator/storage/migrations.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "coordinator/storage/sqlite_store.h"

namespace nepa::storage {
namespace {

class MigrationsTest : public ::testing::Test {
 protected:
  std::unique_ptr<Connection> Fresh() {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
    return Connection::Open(path_, Connection::Mode::kReadWrite).value();
  }
  static std::string Schema(Connection& connection) {
    Statement* statement =
        connection.Prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            .value();
    std::string schema;
    while (statement->Step().value()) absl::StrAppend(&schema, statement->Text(0), "\n");
    return schema;
  }
  const std::string path_ = ::testing::TempDir() + "/migrations_test.db";
};

TEST_F(MigrationsTest, FromEveryVersionTheSameSchemaComesOut) {
  auto straight = Fresh();
  ASSERT_TRUE(Migrate(*straight).ok());
  const std::string schema = Schema(*straight);
  straight.reset();
  for (size_t version = 0; version < MigrationSteps().size(); ++version) {
    auto connection = Fresh();
    for (size_t i = 0; i < version; ++i) {
      ASSERT_TRUE(connection->Execute(MigrationSteps()[i]).ok());
    }
    ASSERT_TRUE(connection->Execute(absl::StrCat("PRAGMA user_version=", version).c_str()).ok());
    ASSERT_TRUE(Migrate(*connection).ok());
    EXPECT_EQ(Schema(*connection), schema) << "from version " << version;
  }
}

TEST_F(MigrationsTest, ASecondRunChangesNothing) {
  auto connection = Fresh();
  ASSERT_TRUE(Migrate(*connection).ok());
  const std::string schema = Schema(*connection);
  EXPECT_TRUE(Migrate(*connection).ok());
  EXPECT_EQ(Schema(*connection), schema);
}

TEST_F(MigrationsTest, ADatabaseOfANewerProgramIsRefused) {
  auto connection = Fresh();
  ASSERT_TRUE(Migrate(*connection).ok());
  ASSERT_TRUE(connection->Execute("PRAGMA user_version=999").ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(SqliteStore::Open(path_).status()));
}

}  // namespace
}  // namespace nepa::storage
