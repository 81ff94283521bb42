#include "tests/integration/error_scripts.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/support/kept_text.h"
#include "tests/support/program.h"

namespace nepa::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kPrelude[] = "tests/integration/errors/prelude.sh";

constexpr Mask kMasks[] = {
    {R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)", "TIME"},
    {R"(127\.0\.0\.1:[3-6]\d{4}\b)", "127.0.0.1:PORT"},
    {R"(process \d+)", "process PID"},
    {R"(\b[0-9a-f]{64}\b)", "SHA256"},
    {R"(this program knows up to \d+)", "this program knows up to VERSION"},
};

// A folder in which a script runs.
class Scratch {
 public:
  Scratch() {
    char folder[] = "/tmp/nepa-errors-XXXXXX";
    if (::mkdtemp(folder) != nullptr) path_ = folder;
  }
  ~Scratch() { fs::remove_all(path_); }
  const std::string& path() const { return path_; }

  // Processes that work in it.
  std::vector<std::string> Processes() const {
    std::vector<std::string> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator("/proc", error)) {
      std::error_code gone;
      const fs::path folder = fs::read_symlink(entry.path() / "cwd", gone);
      if (!gone && folder.string().rfind(path_, 0) == 0) found.push_back(entry.path().string());
    }
    return found;
  }

 private:
  std::string path_;
};

std::string Normalised(const std::string& text, const std::string& folder) {
  return Masked(absl::StrReplaceAll(text, {{folder, "/FOLDER"}}), kMasks);
}

}  // namespace

void PrepareForErrorScripts() {
  const char* const path = std::getenv("PATH");
  const std::string programs = fs::absolute(BinaryPath("")).string();
  ::setenv("PATH", absl::StrCat(programs, ":", path == nullptr ? "" : path).c_str(), 1);
  for (const char* variable : {"NEPA_COORDINATOR", "NEPACTL_CONFIG", "XDG_CONFIG_HOME"}) {
    ::unsetenv(variable);
  }
  ::setenv("HOME", "/nonexistent", 1);
  ::setenv("LC_ALL", "C.UTF-8", 1);
  for (const int capability : {CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH}) {
    ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);  // fails for people, who have no such power
  }
}

std::string SayOfErrorScript(Parts& parts) {
  const Scratch scratch;
  const std::string script =
      absl::StrCat("cd ", scratch.path(), "\nsource ", fs::absolute(kPrelude).string(), "\n",
                   JoinLines(parts["sh"]));
  // Both streams in the order in which they were written.
  const Output output = RunProgram(
      "/bin/bash", {"--norc", "-c", absl::StrCat("exec 2>&1\n", script)}, absl::Seconds(100));
  EXPECT_EQ(output.error, "");
  EXPECT_EQ(scratch.Processes(), std::vector<std::string>()) << "runs on after\n" << script;
  std::string said = Normalised(output.out, scratch.path());
  if (output.code != 0) absl::StrAppend(&said, "exit ", output.code, "\n");
  return said;
}

}  // namespace nepa::testing
