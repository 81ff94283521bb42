// nepa-model: features, losses, classification and measurements of a model folder, without a
// cluster. Exits with 0 done, 1 failed, 2 wrong usage or a refused input, 5 not found.
#include <ATen/Parallel.h>

#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "common/base/exception_status.h"
#include "common/base/version.h"
#include "common/flags/mistake.h"
#include "common/frames/json_fields.h"
#include "worker/train/model/process.h"
#include "worker/train/tool/command.h"

namespace {

int ExitCode(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 0;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kDataLoss:  // a file that isn't what it should be
      return 2;
    case absl::StatusCode::kPermissionDenied:
      return 4;
    case absl::StatusCode::kNotFound:
      return 5;
    default:
      return 1;
  }
}

// The one place where LibTorch's exceptions end.
absl::Status Run(const nepa::tool::Action& action) {
  try {
    return action();
  } catch (const std::exception& error) {
    return nepa::ExceptionStatus(error, "LibTorch refused");
  }
}

void Print(const absl::Status& status, bool json) {
  if (json) {
    const nlohmann::json error = {{"code", absl::StatusCodeToString(status.code())},
                                  {"message", std::string(status.message())},
                                  {"details", nlohmann::json::array()}};
    std::cerr << nepa::frames::Dump(nlohmann::json{{"error", error}}) << "\n";
  } else {
    std::cerr << "nepa-model: " << status.message() << "\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  nepa::model::LimitSpinning(argv);
  nepa::model::KeepFreedMemory();
  CLI::App app("Looks at, runs and measures NEPA models without a cluster.", "nepa-model");
  app.set_version_flag("--version", nepa::kVersion);
  app.require_subcommand(1);
  app.fallthrough();
  nepa::tool::Globals globals;
  std::string output = "text";
  app.add_option("-o,--output-format", output, "how results are printed")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_option("--threads", globals.threads, "threads to compute with; 0: all processors")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  nepa::tool::Action action;
  nepa::tool::AddForward(app, globals, action);
  nepa::tool::AddInfo(app, globals, action);
  nepa::tool::AddPictures(app, globals, action);
  nepa::tool::AddBenchmark(app, globals, action);
  nepa::tool::AddData(app, globals, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    Print(absl::InvalidArgumentError(absl::StrCat(nepa::flags::Mistake(app, error), "; see ",
                                                  nepa::flags::ChosenCommand(app), " --help")),
          output == "json");
    return 2;
  }
  globals.json = output == "json";
  if (globals.threads > 0) at::set_num_threads(globals.threads);
  const absl::Status status = Run(action);
  if (!status.ok()) Print(status, globals.json);
  return ExitCode(status);
}
