// docs/errors.md lists every kind of bad input that a transcript shows, with what is said of it: it
// is made of the transcripts. NEPA_REWRITE=1 writes it anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/io/file.h"
#include "tests/scenarios/transcript.h"
#include "tests/support/kept_text.h"

namespace nepa::testing {
namespace {

constexpr char kPage[] = "docs/errors.md";
constexpr size_t kMostLines = 4;         // of a message that the page shows
constexpr size_t kMostCharacters = 400;  // of a line

struct Door {
  const char* heading;
  const char* text;
  std::vector<std::string> transcripts;
};

const std::vector<Door>& Doors() {
  static const auto* doors = new std::vector<Door>{
      {"Command lines",
       "Nothing was started. Look at the flag or the word that is named; `--help` lists them all.",
       {"tests/integration/errors/1_command_lines.txt"}},
      {"Environment and configuration files",
       "Every flag of a daemon is also a `NEPA_…` variable and a line of `--config FILE`; nepactl "
       "has the file that\n`NEPACTL_CONFIG` names, else `~/.config/nepa/nepactl.yaml`. A command "
       "line wins over the environment, that over the\nfile. A file's faults are told all at once, "
       "`FILE:LINE:COLUMN: name: message`.",
       {"tests/integration/errors/2_settings.txt"}},
      {"State folders",
       "A daemon that cannot have its folder ends with 1 and has changed nothing in it.",
       {"tests/integration/errors/3_state_folders.txt",
        "tests/integration/errors_disks/disks.txt"}},
      {"Ports and connections",
       "A daemon ends with 1, nepactl with 3, or with 4 where it was turned away. A worker that "
       "finds no coordinator says so\nonce, tries again for as long as it lives, and its `/readyz` "
       "tells that it waits.",
       {"tests/integration/errors/4_connections.txt"}},
      {"Jobs, and what they name",
       "What needs no look at a disk is refused before anything is sent; `validate --data` and "
       "`run` look at the disk too, and\non a cluster the worker does before the first step: the "
       "job ends FAILED, without a retry.",
       {"tests/integration/errors/5_jobs.txt"}},
      {"Checkpoints",
       "Every file of a checkpoint is compared with its manifest before it is used.",
       {"tests/integration/errors/6_checkpoints.txt"}},
      {"Job files: YAML",
       "All faults of a file are told at once, `FILE:LINE:COLUMN: field: message`, before anything "
       "runs; the exit code is 2.",
       {"tests/scenarios/job_files/yaml.txt", "tests/scenarios/job_files/missing_fields.txt",
        "tests/scenarios/job_files/unknown_fields.txt"}},
      {"Job files: values and combinations",
       "What a field may hold stands in [job-file.md](job-file.md).",
       {"tests/scenarios/job_files/types_and_ranges.txt",
        "tests/scenarios/job_files/odd_values.txt", "tests/scenarios/job_files/combinations.txt",
        "tests/scenarios/job_files/overrides.txt",
        "tests/scenarios/job_files/not_offered_yet.txt"}},
      {"Data and model folders",
       "Each is told at the field of the job file that names the path.",
       {"tests/scenarios/on_disk/data.txt", "tests/scenarios/on_disk/model.txt"}},
  };
  return *doors;
}

constexpr char kIntroduction[] = R"(# Errors

Every message says where, what was found there, what is allowed or what to do, and the nearest right name where a name was
misspelt. This page lists the kinds of bad input that tests keep in transcripts, door by door, with what is said of each; a
test makes it out of the transcripts (`tests/scenarios/errors_page_test.cc`), so that page and programs agree.

| program | exit codes |
| --- | --- |
| `nepactl` | 0 done · 1 the job failed or was cancelled, or something broke · 2 wrong usage, a refused file, or a local file that cannot be read or written · 3 the coordinator could not be reached · 4 not allowed (by permission, phase, version or a bound) · 5 not found · 124 `wait` gave up · 130 interrupted |
| `nepa-coordinator`, `nepa-worker` | 0 ended in order · 1 could not start · 2 wrong usage |
| `nepa-trainer` | 0 done or stopped · 1 ended otherwise; its last frame says how · 2 wrong usage |
| `nepa-model` | 0 done · 1 failed · 2 wrong usage or a refused input · 4 no permission · 5 not found |

With `-o json`, nepactl and nepa-model print `{"error": {code, message, details}}` instead of text.
)";

struct Kind {
  std::string name;
  std::string command;
  std::vector<std::string> said;
};

// The line of a script that met the error: its last that starts one of our programs.
std::string CommandOf(const std::vector<std::string>& script) {
  std::string command;
  for (const std::string& line : script) {
    const bool runs =
        absl::StrContains(line, "nepactl ") || absl::StrContains(line, "nepa-coordinator --") ||
        absl::StrContains(line, "nepa-worker --") || line == "nepa-worker" ||
        absl::StrContains(line, "nepa-trainer --") || absl::StrContains(line, "nepa-model ");
    if (runs && !absl::StrContains(line, ">/dev/null")) command = line;
  }
  return command;
}

std::vector<Kind> KindsOf(const std::string& path) {
  const auto text = io::ReadFile(path, 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  std::vector<Kind> kinds;
  Parts parts;
  std::string part, name;
  const auto finish = [&] {
    std::vector<std::string>& said = parts["said"];
    while (!said.empty() && said.back().empty()) said.pop_back();
    // What is right needs no explanation.
    const bool wrong = !said.empty() && said[0] != "right" && !absl::StartsWith(said[0], "fits: ");
    if (!name.empty() && wrong) kinds.push_back({name, CommandOf(parts["sh"]), said});
    parts.clear();
    part.clear();
  };
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(*text, '\n'))) {
    if (absl::StartsWith(line, "=== ")) {
      finish();
      name = line.substr(4);
    } else if (absl::StartsWith(line, "--- ")) {
      part = line.substr(4);
    } else {
      parts[part].push_back(line);
    }
  }
  finish();
  return kinds;
}

std::string Shortened(const std::string& line) {
  if (line.size() <= kMostCharacters) return line;
  size_t end = kMostCharacters;
  while (end > 0 && (line[end] & 0xc0) == 0x80) --end;  // not within a character
  return absl::StrCat(line.substr(0, end), "…");
}

std::string Show(const Kind& kind) {
  std::string text = absl::StrCat("\n**", kind.name, "**\n\n");
  if (!kind.command.empty()) absl::StrAppend(&text, "    $ ", kind.command, "\n");
  for (size_t i = 0; i < kind.said.size() && i < kMostLines; ++i) {
    absl::StrAppend(&text, "    ", Shortened(kind.said[i]), "\n");
  }
  if (kind.said.size() > kMostLines) absl::StrAppend(&text, "    …\n");
  return text;
}

TEST(ErrorsPage, ListsTheKindsOfAllTranscripts) {
  std::string page = kIntroduction;
  for (const Door& door : Doors()) {
    absl::StrAppend(&page, "\n## ", door.heading, "\n\n", door.text, "\n");
    for (const std::string& path : door.transcripts) {
      for (const Kind& kind : KindsOf(path)) absl::StrAppend(&page, Show(kind));
    }
  }
  ExpectKept(kPage, page);
}

TEST(ErrorsPage, LeavesNoTranscriptOut) {
  std::set<std::string> shown;
  for (const Door& door : Doors()) {
    shown.insert(door.transcripts.begin(), door.transcripts.end());
  }
  shown.insert("tests/scenarios/job_files/defaults.txt");  // nothing is wrong there
  for (const char* folder : {"tests/integration/errors", "tests/integration/errors_disks",
                             "tests/scenarios/job_files", "tests/scenarios/on_disk"}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() != ".txt") continue;
      EXPECT_EQ(shown.count(entry.path().string()), 1u) << entry.path();
    }
  }
}

}  // namespace
}  // namespace nepa::testing
