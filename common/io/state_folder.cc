#include "common/io/state_folder.h"

#include <filesystem>
#include <optional>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/io/file.h"

namespace nepa::io {
namespace {

bool Has(const std::string& folder, const char* name) {
  std::error_code error;
  return std::filesystem::exists(absl::StrCat(folder, "/", name), error);
}

// By what each keeps there; docs/formats and the headers of the state folders say more.
std::optional<Program> OwnerOf(const std::string& folder) {
  if (Has(folder, "run.lock")) return Program::kRun;
  if (Has(folder, "nepa.db") || Has(folder, "coordinator.lock")) return Program::kCoordinator;
  if (Has(folder, "ranks") && Has(folder, "lock")) return Program::kWorker;
  return std::nullopt;
}

const char* NameOf(Program program) {
  switch (program) {
    case Program::kCoordinator:
      return "a coordinator";
    case Program::kWorker:
      return "a worker";
    case Program::kRun:
      return "a nepactl run";
  }
  return "another program";
}

}  // namespace

absl::Status MakeStateFolder(const std::string& path, Program program) {
  const std::optional<Program> owner = OwnerOf(path);
  if (owner.has_value() && *owner != program) {
    return absl::FailedPreconditionError(absl::StrCat("--state ", path, ": this is the folder of ",
                                                      NameOf(*owner), ", and ", NameOf(program),
                                                      " needs one of its own; name another"));
  }
  return WithAdvice(MakeFolders(path), "--state");
}

absl::Status WithAdvice(const absl::Status& status, absl::string_view flag) {
  const char* advice = nullptr;
  switch (status.code()) {
    case absl::StatusCode::kPermissionDenied:
      advice = absl::StrContains(status.message(), "Read-only")
                   ? "name a folder on a disk that can be written"
                   : "name a folder that this user may write, or give it to this user (chown)";
      break;
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kInvalidArgument:
      advice = "something else than a folder stands there; move it away, or name another folder";
      break;
    case absl::StatusCode::kResourceExhausted:
      advice = "make room there, or name a folder on another disk";
      break;
    default:
      return status.ok() ? status : Annotate(status, flag);
  }
  return Annotate(absl::Status(status.code(), absl::StrCat(status.message(), "; ", advice)), flag);
}

}  // namespace nepa::io
