#include "coordinator/storage/sqlite.h"

#include <sqlite3.h>

#include "absl/strings/str_cat.h"

namespace nepa::storage {
namespace {

constexpr int kBusyTimeoutMilliseconds = 5000;

absl::Status ErrorOf(int code, const std::string& message) {
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
      return absl::ResourceExhaustedError(message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return absl::DataLossError(message);
    case SQLITE_CONSTRAINT:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_MISMATCH:
    case SQLITE_ERROR:
      return absl::InternalError(message);
    default:  // busy, I/O error, read-only, cannot open, …
      return absl::UnavailableError(message);
  }
}

// What people can do something about says what; of the rest, developers want to know the statement.
absl::Status ErrorOf(const std::string& path, int code, const std::string& complaint,
                     absl::string_view doing) {
  const std::string why = absl::StrCat(" (", complaint, "); ");
  switch (code & 0xff) {
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(
          absl::StrCat("the disk of the database ", path,
                       " is full; make room on it, and what was asked for can be done again"));
    case SQLITE_NOTADB:
      return absl::DataLossError(
          absl::StrCat("the file ", path, " is no database, or its beginning is damaged", why,
                       "put a copy of it back, or move it away and start anew without its jobs"));
    case SQLITE_CORRUPT:
      return absl::DataLossError(absl::StrCat("the database ", path, " is damaged", why,
                                              "put a copy of it back, or save what can be read "
                                              "with `sqlite3 ",
                                              path, " .recover`"));
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return absl::UnavailableError(absl::StrCat(
          "the database ", path, " cannot be opened for writing", why,
          "this user needs the right to write it, the files beside it and its folder"));
    default:
      return ErrorOf(code, absl::StrCat("database: ", doing, ": ", complaint));
  }
}

absl::Status ErrorOf(sqlite3* database, int code, absl::string_view doing) {
  return ErrorOf(sqlite3_db_filename(database, "main"), code, sqlite3_errmsg(database), doing);
}

}  // namespace

Statement& Statement::Bind(absl::string_view text) {
  const int error = sqlite3_bind_text64(statement_, next_++, text.data(), text.size(),
                                        SQLITE_TRANSIENT, SQLITE_UTF8);
  if (error != SQLITE_OK) bind_error_ = error;
  return *this;
}

Statement& Statement::Bind(int64_t number) {
  const int error = sqlite3_bind_int64(statement_, next_++, number);
  if (error != SQLITE_OK) bind_error_ = error;
  return *this;
}

Statement& Statement::Bind(double number) {
  const int error = sqlite3_bind_double(statement_, next_++, number);
  if (error != SQLITE_OK) bind_error_ = error;
  return *this;
}

Statement& Statement::Bind(const std::optional<std::string>& text) {
  return text.has_value() ? Bind(absl::string_view(*text)) : BindNull();
}

Statement& Statement::BindNull() {
  const int error = sqlite3_bind_null(statement_, next_++);
  if (error != SQLITE_OK) bind_error_ = error;
  return *this;
}

absl::StatusOr<bool> Statement::Step() {
  const int code = bind_error_ != SQLITE_OK ? bind_error_ : sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return ErrorOf(sqlite3_db_handle(statement_), code, sqlite3_sql(statement_));
}

absl::Status Statement::Run() {
  const absl::StatusOr<bool> row = Step();
  Reset();
  return row.status();
}

void Statement::Reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  next_ = 1;
  bind_error_ = SQLITE_OK;
}

std::string Statement::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return "";
  return std::string(text, static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
}

std::optional<std::string> Statement::OptionalText(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return Text(column);
}

int64_t Statement::Integer(int column) const { return sqlite3_column_int64(statement_, column); }
double Statement::Real(int column) const { return sqlite3_column_double(statement_, column); }

std::string Statement::ColumnName(int column) const {
  const char* name = sqlite3_column_name(statement_, column);
  return name == nullptr ? absl::StrCat(column + 1) : name;  // null only when memory ran out
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path, Mode mode) {
  sqlite3* database = nullptr;
  const int flags =
      mode == Mode::kReadWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  const int code = sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
  if (code != SQLITE_OK) {
    const absl::Status status =
        ErrorOf(path, code, database == nullptr ? "out of memory" : sqlite3_errmsg(database),
                absl::StrCat("opening ", path));
    sqlite3_close(database);
    return status;
  }
  if (mode == Mode::kReadWrite && sqlite3_db_readonly(database, "main") == 1) {
    // SQLite opens what it may not write for reading, and only the first change would tell.
    sqlite3_close(database);
    return ErrorOf(path, SQLITE_READONLY, sqlite3_errstr(SQLITE_READONLY), "opening");
  }
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, kBusyTimeoutMilliseconds);
  return std::unique_ptr<Connection>(new Connection(database));
}

Connection::~Connection() {
  while (sqlite3_stmt* statement = sqlite3_next_stmt(database_, nullptr)) {
    sqlite3_finalize(statement);
  }
  sqlite3_close(database_);
}

absl::Status Connection::Execute(const char* sql) {
  const int code = sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : ErrorOf(database_, code, sql);
}

absl::StatusOr<Statement*> Connection::Prepare(const char* sql) {
  std::unique_ptr<Statement>& place = statements_[sql];
  if (place == nullptr) {
    sqlite3_stmt* statement = nullptr;
    const int code =
        sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return ErrorOf(database_, code, sql);
    place = std::make_unique<Statement>(statement);
  }
  place->Reset();
  return place.get();
}

}  // namespace nepa::storage
