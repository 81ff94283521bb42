// SQLite's C interface as two small classes: a connection and a prepared statement.
//
// A connection and its statements are confined to one thread at a time.
#ifndef NEPA_COORDINATOR_STORAGE_SQLITE_H_
#define NEPA_COORDINATOR_STORAGE_SQLITE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3;
struct sqlite3_stmt;

namespace nepa::storage {

// A prepared statement. Bind in the order of the `?`, then Step(); Reset() before the next use.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  Statement& Bind(absl::string_view text);
  Statement& Bind(const std::string& text) { return Bind(absl::string_view(text)); }
  Statement& Bind(const char* text) { return Bind(absl::string_view(text)); }
  Statement& Bind(int64_t number);
  Statement& Bind(double number);
  Statement& Bind(bool yes) { return Bind(int64_t{yes}); }
  Statement& Bind(const std::optional<std::string>& text);  // none: NULL
  Statement& BindNull();

  // True: a row is there. False: done.
  absl::StatusOr<bool> Step();
  // For statements without rows: Step() and Reset().
  absl::Status Run();
  void Reset();

  // Columns of the row, from 0.
  std::string Text(int column) const;
  std::optional<std::string> OptionalText(int column) const;  // none for NULL
  int64_t Integer(int column) const;
  double Real(int column) const;
  std::string ColumnName(int column) const;

 private:
  sqlite3_stmt* const statement_;  // owned by its Connection
  int next_ = 1;
  int bind_error_ = 0;
};

class Connection {
 public:
  enum class Mode { kReadWrite, kReadOnly };

  // kReadWrite makes the file if it is missing. Statements wait up to five seconds for a lock.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path, Mode mode);
  ~Connection();

  // Statements without parameters and rows, separated by semicolons.
  absl::Status Execute(const char* sql);

  // The statement for `sql`, prepared on first use and ready to be bound. `sql` must be a literal.
  // It lives as long as the connection; one use at a time.
  absl::StatusOr<Statement*> Prepare(const char* sql);

 private:
  explicit Connection(sqlite3* database) : database_(database) {}

  sqlite3* const database_;
  std::map<const char*, std::unique_ptr<Statement>> statements_;
};

}  // namespace nepa::storage

#endif  // NEPA_COORDINATOR_STORAGE_SQLITE_H_
